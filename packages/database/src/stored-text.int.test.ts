import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { CanonicalEvent } from '@weir/events'
import { anEvent, openTestDatabase, storeEvents, type TestDatabase } from './testing.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
})

/** Texts that some layer on the way to the table is known to change, refuse or read as something else. */
const texts: [string, string][] = [
  ['B121 the six characters \\u0000', '\\u0000'],
  ['B123 an emoji', '😀'],
  ['B123 a family of emoji', '👨‍👩‍👧‍👦'],
  ['B123 U+FFFF', '\uFFFF'],
  ['B123 U+FFFD', '\uFFFD'],
  ['B123 U+007F', '\u007F'],
  [
    'B123 U+0001 to U+001F',
    String.fromCodePoint(...Array.from({ length: 31 }, (_unused, index) => index + 1)),
  ],
  ['B123 an accent of its own', 'e\u0301'],
  ['B123 the same letter composed', '\u00e9'],
  ['B123 line and paragraph separators', '\u2028\u2029'],
  ['B128 a number as text', '1e131072'],
  ['the null of COPY', '\\N'],
  ['the end of COPY', '\\.'],
  ['the end of COPY on a line of its own', 'a\n\\.\nb'],
  ['a tab', 'a\tb'],
  ['a line feed', 'a\nb'],
  ['a carriage return and line feed', 'a\r\nb'],
  ['a backslash', 'a\\b'],
  ['a backslash at the end', 'C:\\'],
  ['two backslashes and an n', '\\\\n'],
  ['escapes of COPY written out', '\\b\\f\\v\\t\\r\\x41\\101'],
  ['only blanks', '   '],
  ['a blank at either end', ' a '],
  ['quotes', `"'\`´‘’“”`],
  ['SQL', `'; drop table log_events; --`],
  ['a dollar quote', '$$ $1 $a$'],
  ['B115 a formula', '=cmd()'],
  ['B116 a script', '<script>alert(1)</script>'],
  ['B116 colours of a terminal', '\u001b[31mred\u001b[0m'],
  ['B116 a forged log line', 'x\r\n{"level":50}'],
  ['B094 right to left', '\u202Eمرحبا'],
  ['B094 zero width', 'a\u200bb\ufeffc'],
  ['B094 Zalgo', 'Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤'],
  ['B094 a name of a device', 'CON'],
  ['B094 a path', '../../../../etc/passwd%00'],
  ['B094 null and its friends', 'null undefined NaN true'],
  ['B094 a format', '%s%n%x {0} ${jndi:ldap://x}'],
  ['B094 Turkish letters', 'İıSſ'],
  ['64 KB', '😀'.repeat(16_000)],
]

async function storeAndRead(event: CanonicalEvent): Promise<Record<string, unknown>> {
  await storeEvents(database, [event])
  const { rows } = await database.pool.query<Record<string, unknown>>(
    'select * from log_events where id = $1',
    [event.id],
  )
  expect(rows).toHaveLength(1)
  return rows[0] ?? {}
}

test.each(texts)('%s is read back as it was stored: value, key and column', async (_name, text) => {
  const payload = { value: text, [`k${text}`]: [text, { deep: text }] }
  const short = text.slice(0, 100)
  const event = anEvent({
    message: text,
    user_id: short,
    path: short,
    event_key: short,
    payload: JSON.stringify(payload),
  })
  expect(await storeAndRead(event)).toMatchObject({
    message: text,
    user_id: short,
    path: short,
    event_key: short,
    payload,
  })
})

test.each([
  ['B126 minus zero', -0, 0],
  ['B126 a trailing zero', 1.0, 1],
  ['B126 0.1 + 0.2', 0.1 + 0.2, 0.1 + 0.2],
  ['B127 the largest number', Number.MAX_VALUE, Number.MAX_VALUE],
  ['B127 the smallest number', 5e-324, 5e-324],
  ['B127 the largest safe number', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ['B127 1e308', 1e308, 1e308],
])('%s is read back from the payload as it was stored', async (_name, number, expected) => {
  const stored = await storeAndRead(anEvent({ payload: JSON.stringify({ number }) }))
  expect(stored['payload']).toEqual({ number: expected })
})

test('numbers of columns are read back as they were stored, at the ends of their ranges', async () => {
  const event = anEvent({
    status_code: 999,
    duration_ms: 1e12,
    ttft_ms: 5e-324,
    upstream_ms: 0.1 + 0.2,
    input_tokens: 2_147_483_647,
    bytes_in: 1e12,
    bytes_out: 0,
    cost_usd: '999999999999.000000000000000001',
    risk_score: 100,
    cache_hit: false,
  })
  expect(await storeAndRead(event)).toMatchObject({
    status_code: 999,
    duration_ms: 1e12,
    ttft_ms: 5e-324,
    upstream_ms: 0.1 + 0.2,
    input_tokens: 2_147_483_647,
    bytes_in: '1000000000000',
    bytes_out: '0',
    cost_usd: '999999999999.000000000000000001',
    risk_score: 100,
    cache_hit: false,
  })
})

test('every text of the list, stored by one COPY, is a row of its own', async () => {
  const events = texts.map(([, text]) => anEvent({ message: text, payload: JSON.stringify({ text }) }))
  await storeEvents(database, events)
  const { rows } = await database.pool.query<{ message: string; payload: { text: string } }>(
    `select message, payload from log_events where id = any($1) order by array_position($1::uuid[], id)`,
    [events.map(({ id }) => id)],
  )
  expect(rows).toEqual(texts.map(([, text]) => ({ message: text, payload: { text } })))
})

test('keys that look alike are not merged', async () => {
  const payload = { '\u00e9': 1, 'e\u0301': 2, K: 3, '\u212a': 4, ' ': 5, '': 6 }
  expect(await storeAndRead(anEvent({ payload: JSON.stringify(payload) }))).toMatchObject({ payload })
})

test('an event on either side of midnight lies in the partition of its own day', async () => {
  const midnightMs = Math.floor(Date.now() / 86_400_000) * 86_400_000
  for (const ms of [midnightMs - 1, midnightMs]) {
    const { id } = anEvent()
    const occurredAt = new Date(ms).toISOString()
    await storeEvents(database, [anEvent({ id, occurred_at: occurredAt })])
    const { rows } = await database.pool.query<{ part: string }>(
      'select tableoid::regclass::text as part from log_events where id = $1',
      [id],
    )
    expect(rows).toEqual([{ part: `log_events_${occurredAt.slice(0, 10).replaceAll('-', '')}` }])
  }
})
