import { expect, test } from '@jest/globals'
import type { RedactionKind } from './kinds.ts'
import { redactText } from './redact-text.ts'
import { innocentTexts, secretTexts, word } from './testing-secrets.ts'
import { keyTriggers, mayHoldSecret, startsWithKeyTrigger } from './triggers.ts'

function redact(text: string, prefixes: readonly string[] = []): { text: string; kinds: RedactionKind[] } {
  const kinds: RedactionKind[] = []
  const redacted = redactText(text, prefixes, (kind) => {
    kinds.push(kind)
    return `[redacted:${kind}]`
  })
  return { text: redacted, kinds }
}

test.each(secretTexts)('%s', (text, secret, kind) => {
  const redacted = redact(text)
  expect(redacted.text).not.toContain(secret)
  expect(redacted.kinds).toContain(kind)
  // What was taken out is not found again.
  expect(redact(redacted.text)).toEqual({ text: redacted.text, kinds: [] })
})

test.each(secretTexts)('%s in the middle of a sentence', (text, secret) => {
  expect(redact(`It said (${text}) twice.`).text).not.toContain(secret)
})

test.each(innocentTexts)('%s is left alone', (text) => {
  expect(redact(text)).toEqual({ text, kinds: [] })
})

test('only the secret is taken out of a text', () => {
  expect(redact('GET https://u:p@h/x?token=t&y=1 by ann@example.com (Bearer a1b2c3d4e5f6a7b8)').text).toBe(
    'GET https://[redacted:credential]@h/x?token=[redacted:credential]&y=1 by [redacted:email] (Bearer [redacted:credential])',
  )
})

test('who is told of a secret may look into another text', () => {
  const text = 'ann@example.com and bob@example.com'
  const redacted = redactText(text, [], () => redact('to eve@example.com').text)
  expect(redacted).toBe('to [redacted:email] and to [redacted:email]')
})

test('words that begin with a prefix of the project are secret to their end', () => {
  expect(redact('acme_1 and xacme_2, "acme_3"', ['acme_']).text).toBe(
    '[redacted:custom] and x[redacted:custom], "[redacted:custom]"',
  )
})

test('every beginning of a key is one, in any case and where it stands behind something', () => {
  for (const trigger of keyTriggers) {
    expect([trigger, startsWithKeyTrigger(trigger.toUpperCase() + word(16))]).toEqual([trigger, true])
    expect([trigger, mayHoldSecret(`x.${trigger.toUpperCase()}`)]).toEqual([trigger, true])
    expect([trigger, mayHoldSecret(`x${trigger}`)]).toEqual([trigger, false])
  }
})

test.each([
  'a',
  '@',
  'a@',
  'a@a',
  '.',
  'sk-',
  'eyJ',
  'eyJ-',
  'eyJa.',
  '-----BEGIN ',
  '-----BEGIN A-----',
  'BEGIN A-----a-',
  '=',
  'a=',
  'token=',
  '://',
  '://a',
  'Bearer ',
  'Basic a',
  '1',
  '1 ',
  '4111-',
  '4111 1111 ',
  '4111111111111111 ',
  '"',
  '{"',
  '[',
  'cookie:',
  'password: ',
  'a.',
  '%40',
  'a%40a.',
  '\\',
  'é',
  'é@',
  ' ',
])('a megabyte of %s is read in a moment', (unit) => {
  const text = unit.repeat(Math.ceil(1_000_000 / unit.length))
  // Nothing is measured: what takes quadratic time would not end before the test is given up.
  expect(typeof redact(text).text).toBe('string')
})
