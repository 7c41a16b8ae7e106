import { expect } from '@jest/globals'
import { entry, readEvent, type Case, type Entry, type Send, type Stage } from './entry.ts'

// Texts of all kinds that programs have stumbled over, and then, by rule, every character that a text can hold.

// prettier-ignore
const awkward = [
  'undefined', 'null', 'NaN', 'true', 'nil', 'None', 'hasOwnProperty', 'then', 'constructor', '__proto__ ', '\\', '\\\\', '0', '1.00', '$1.00',
  '-1/2', '0x0', '0xffffffff', '1,000.00', '１２３', '1E+02', '-.', '1/0', '0.0/0', '9223372036854775808', '01000', '08', '٠١٢٣',
  ",./;'[]\\-=", '<>?:"{}|_+', '!@#$%^&*()`~', '\t\u000b\f \u0085\u00a0\u1680\u2000\u2028\u205f\u3000', '\ufeff', '\ufffe', 'Ω≈ç√∫˜µ≤≥÷', 'Ⱥ Ⱦ',
  "'", '"', '""', "''''\"", '田中さんにあげて下さい', '찦차를 타고 온', '𠜎𠜱𠝹𠱓', '(｡◕ ∀ ◕｡)', '😍', '👨‍👩‍👦', '🇺🇸🇷🇺', '✋🏿', 'ثم نفس سقطت', 'הָיְתָהtest',
  '﷽', '\u202atest\u202b', '\u2067test\u2066', 'Z̸̢͛a̷͎͐l̴̤̊g̶̣͝o̵̰͐', '˙ɐnbᴉlɐ', 'Ｔｈｅ ｑｕｉｃｋ', '𝕋𝕙𝕖', 'İstanbul ıI', 'ﬁﬂ', 'e\u0301', '\u00e9',
  '<script>alert(0)</script>', '<img src=x onerror=alert(1) />', '"><svg/onload=1>', 'javascript:alert(1)', '<!-- -->', ']]>', '&lt;&#60;',
  '1;DROP TABLE log_events', "1'; DROP TABLE log_events-- 1", "' OR 1=1 -- 1", '%', '_', '%00', '--', '--help', '$USER', '`touch x`', '$(touch x)',
  '@{[system "touch"]}', '<?xml version="1.0"?><!DOCTYPE foo>', '%d', '%s%s%s%n', '{0}', '%*.*s', '${jndi:ldap://x/a}', '../../../etc/passwd%00',
  'file:///etc/passwd', '() { 0; }; touch x', 'CON', 'LPT1', '{% print 1 %}', '{{ 7*7 }}', '#{7*7}', '=cmd()', '+1', '@SUM(1)', '-1+1', 'a\r\nb',
  '\r\n\r\nHTTP/1.1 200 OK', '\\N', '\\.', '\\t', '\\u0000', '\u001b[31mred', 'Scunthorpe', 'x'.repeat(5_000), ' ', '\n', '\u0000'.replace('\u0000', '\u0001'),
]

/** Runs of 4,096 characters, one after the other: all but NUL and the halves of pairs. */
function allCharacters(): string[] {
  const runs: string[] = []
  for (let from = 0; from <= 0x10ffff; from += 4_096) {
    if (from >= 0xd800 && from < 0xe000) continue
    const codes = Array.from({ length: 4_096 }, (_none, index) => from + index)
    runs.push(
      codes
        .filter((code) => code > 0 && (code < 0xd800 || code > 0xdfff))
        .map((code) => String.fromCodePoint(code))
        .join(''),
    )
  }
  return runs
}

/** Sends texts as values and as keys, in lists, and reads each back. */
const keepsAll =
  (texts: readonly string[], perBody: number): Send =>
  async (stage) => {
    let answer = await stage.producer.post('{"event_type":"a"}')
    for (let from = 0; from < texts.length; from += perBody) {
      const some = texts.slice(from, from + perBody)
      const events = some.map((text) => ({ event_type: 'a', payload: { v: text, [`k${text}`]: [text] } }))
      answer = await stage.producer.post(JSON.stringify(events))
      expect(answer.json).toMatchObject({ accepted: some.length })
      await readBack(stage, answer.json['ids'], some)
    }
    return answer
  }

async function readBack(stage: Stage, ids: unknown, texts: readonly string[]): Promise<void> {
  for (const [index, text] of texts.entries()) {
    const { payload } = await readEvent(stage, Array.isArray(ids) ? ids[index] : undefined)
    expect(payload).toEqual({ v: text, [`k${text}`]: [text] })
  }
}

/** A text as event type: refused, unless it happens to be a plain word. */
const asType = (text: string): Case => {
  const isPlain = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/.test(text)
  const send: Send = ({ producer }) => producer.post(JSON.stringify({ event_type: text }))
  return [
    `${JSON.stringify(text).slice(0, 60)} as type`,
    send,
    isPlain ? 202 : 400,
    isPlain ? undefined : 'validation-failed',
  ]
}

export const texts: readonly Entry[] = [
  entry('B094', 'awkward texts', [
    ['all are kept, as values and as keys', keepsAll(awkward, 200), 202],
    ['every character of Unicode is kept, as value and as key', keepsAll(allCharacters(), 12), 202],
    ...awkward.map(asType),
  ]),
]
