import * as fc from 'fast-check'

/** The instant at which the tests' requests arrive. */
export const receivedAtMs = Date.UTC(2026, 10, 20, 10, 30, 45, 123)

const long = (length: number) => JSON.stringify('x'.repeat(length))
const wide = (length: number) => JSON.stringify('é'.repeat(length))
const limits = [64, 80, 100, 128, 150, 200, 255, 256, 300, 1_024, 2_048, 8_192]
const longTexts = limits.flatMap((limit) => [long(limit), long(limit + 1), wide(limit / 2), wide(limit)])

// Values near the border of what is taken, as they stand in JSON. prettier would give each a line of its own.
// prettier-ignore
const texts = [
  '""', '"a"', '" "', '"é"', '"😀"', '"\u2028"', '"\ufeff"', '"\u007f"', '"a\\n"', '"a\\u0000"', '"a\tb"', '"a\\\\b"', '"\\"',
  '"GET"', '"get"', '"GeT"', '"GET /"', '"PROPFINDPROPFIND"', '"PROPFINDPROPFINDS"', '"info"', '"WARN"', '"Emergency"', '"loud"',
  '"200"', '"404"', '"099"', '"1000"', '"2e2"', '"security"', '"llm"', '"unheard of"', '"constructor"', '"true"', '"null"',
  '"0.0123"', '"123456789012.123456789012345678"', '"1234567890123"', '"1."', '".5"', '"1.1.1"', '"1e3"', '"-1"',
  '"10.0.0.1"', '"255.255.255.255"', '"256.1.1.1"', '"01.2.3.4"', '"1.2.3"', '"1.2.3.4.5"', '"1.2.3.4 "', '"::1"', '"fe80::1%eth0"', '"2001:DB8::1"', '"1..2.3"',
  '"0af7651916cd43dd8448eb211c80319c"', '"0AF7651916CD43DD8448EB211C80319C"', '"0af7651916cd43dd8448eb211c80319g"', '"b7ad6b7169203331"', '"B7AD6B7169203331"', '"b7ad6b716920333"',
  '"/v1/users/17"', '"/v1/users/17?token=1"', '"/v1/users/17/"', '"?x=1"', '"/"', '"//"', '"/17"', '"17"', '"/é/17"', '"/17?"', '"/v1/deadbeefdeadbeef"',
  '"/v1/550e8400-e29b-41d4-a716-446655440000/a"', '"/a-long-segment-with-1-digit"', '"/a-long-segment-without-any"', '"/123456789012345"', '"/1234567890123456"',
  JSON.stringify('/1'.repeat(100)), JSON.stringify('/1'.repeat(74)), JSON.stringify(`/${'a'.repeat(15)}`.repeat(20)),
]
// prettier-ignore
const numbers = [
  '0', '-0', '1', '-1', '7', '99', '100', '200', '404', '503', '999', '1000', '1.5', '1.50', '200.0', '0.1', '-0.5', '-0.0', '0.000001', '0.0000015', '0.0000001',
  '0.00000123', '1e3', '1E-7', '5e-324', '1e400', '01', '-01', '1.', '.5', '-', '+1', '999999999999999', '-999999999999999', '9007199254740991', '9007199254740993', '12345678901234567890',
  '123456789012.345', '12345678901234.5', '123456789012345.6', '0.12345678901234', '0.123456789012345', '2147483647', '2147483648', '1000000000000', '1000000000001', '999999999999.9', '0.3', '1234.567',
]
const others = ['true', 'false', 'null', 'tru', 'nul', 'falsé', '{}', '[]', '{"a":1}', '[1]', '']
// prettier-ignore
const times = [
  '"2026-11-20T10:30:45.123Z"', '"2026-11-19T00:00:00.000Z"', '"2026-11-18T23:59:59.999Z"', '"2026-11-20T24:00:00.000Z"', '"2026-11-20T10:60:00.000Z"', '"2026-11-20T10:30:60.000Z"',
  '"2026-11-20T10:30:45Z"', '"2026-11-20T10:30:45.123456+00:00"', '"2026-11-20T10:30:45+05:45"', '"2026-11-31T00:00:00.000Z"', '"2026-02-30T00:00:00.000Z"', '"2026-10-21T10:30:45.123Z"',
  '"2026-10-21T10:30:45.122Z"', '"2026-11-21T10:30:45.123Z"', '"2026-11-21T10:30:45.124Z"', '"1969-12-31T23:59:59.999Z"', '"2026-11-20 10:30:45.123Z"', '"2026-11-20T10:30:45,123Z"', '"2026-11-20T1 :30:45.123Z"',
  '"+02026-11-20T10:30:45.1Z"', String(receivedAtMs), '1795084245123.5', '0', 'null', '"now"', '""',
]
// prettier-ignore
const types = [
  '"api_request"', '"llm_query_sent"', '"llm_feedback_received"', '"error_occurred"', '"analysis_started"', '"analysis_completed"', '"oauth_token"', '"oauth_made_up"', '"security_event"', '"made.up:type-1"',
  long(100), long(101), '"_a"', '"a b"', '"é"', '""', '"constructor"', '7', 'null',
]

/** All of them, of whatever field. */
export const boundaryValues: readonly string[] = [
  ...texts,
  ...longTexts,
  ...numbers,
  ...others,
  ...times,
  ...types,
]

const boundaryValue = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...texts) },
  { weight: 1, arbitrary: fc.constantFrom(...longTexts) },
  { weight: 4, arbitrary: fc.constantFrom(...numbers) },
  { weight: 1, arbitrary: fc.constantFrom(...others) },
  { weight: 1, arbitrary: fc.double().map(String) },
  { weight: 1, arbitrary: fc.integer().map(String) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map((text) => JSON.stringify(text)) },
)
/** What the reader should take, so that the other members of an event are reached. */
const plainValue = fc.oneof(
  fc.constantFrom(
    '"a"',
    '"é"',
    '"GET"',
    '"10.0.0.1"',
    '"/v1/users/17"',
    '"/v1/x?y=1"',
    '"503"',
    'true',
    'null',
    '""',
  ),
  fc.integer({ min: -5, max: 3_000_000_000 }).map(String),
  fc.integer({ min: 1, max: 99_999 }).map((value) => String(value / 100)),
)
const value = fc.oneof({ weight: 6, arbitrary: plainValue }, { weight: 1, arbitrary: boundaryValue })

const oddKeys = [
  '',
  '0',
  '17',
  '1x',
  '-1',
  '__proto__',
  'constructor',
  'toString',
  'prototype',
  'é',
  'a\\u0062',
  'event.x',
  'none',
  'events',
]

const one = (name: string, values: fc.Arbitrary<string>) => values.map((json) => `"${name}":${json}`)
const either = (usual: readonly string[], odd: readonly string[]) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  )

/** One event as JSON, of members whose names are these or unknown. */
function anEvent(fields: readonly string[]): fc.Arbitrary<string> {
  const envelope = [
    'session_id',
    'source',
    'level',
    'event_id',
    'metadata',
    'payload',
    'timestamp',
    'event_type',
  ]
  const key = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...fields) },
    { weight: 3, arbitrary: fc.constantFrom('x', 'y', 'unknown_name') },
    { weight: 1, arbitrary: fc.constantFrom(...oddKeys, ...envelope) },
  )
  const blank = fc.oneof(
    { weight: 12, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom(' ', '\n', '\t\r\n') },
  )
  const member = fc.tuple(key, value, blank).map(([name, json, space]) => `"${name}"${space}:${space}${json}`)
  const envelopeMember = fc.oneof(
    one('session_id', either(['7', '"s"', 'null'], [...texts, ...numbers])),
    one('source', either(['"gateway"', '"edge"', 'null'], [...texts, ...longTexts])),
    one('level', either(['"info"', '"error"', '"Warn"', 'null'], texts)),
    one('event_id', either(['"mine"', '17', 'null'], [...texts, ...numbers])),
    one('timestamp', either(times.slice(0, 3), times)),
  )
  const object = (name: string) =>
    fc.array(member, { maxLength: 8 }).map((members) => `"${name}":{${members.join(',')}}`)
  const payload = fc.oneof(
    { weight: 6, arbitrary: object('payload') },
    { weight: 1, arbitrary: object('metadata') },
    { weight: 1, arbitrary: member },
  )
  const type = one('event_type', either(types.slice(0, 10), types))
  return fc
    .tuple(
      type,
      fc.array(envelopeMember, { maxLength: 3 }),
      fc.array(member, { maxLength: 2 }),
      payload,
      blank,
    )
    .chain(([first, second, third, last, space]) =>
      fc
        .shuffledSubarray([first, ...second, ...third, last], { minLength: 2 + second.length + third.length })
        .map((members) => `{${space}${members.join(`,${space}`)}}`),
    )
}

/** Bodies of one or several events in each of the forms that a body may have. */
export function aBody(fields: readonly string[]): fc.Arbitrary<string> {
  const event = anEvent(fields)
  const events = fc.array(event, { minLength: 1, maxLength: 3 })
  return fc.oneof(
    event,
    events.map((list) => `[${list.join(',')}]`),
    events.map((list) => `{"events":[${list.join(',\n')}]}`),
    fc
      .tuple(events, fc.constantFrom('\n', '\r\n', '\n\n', ' \n ', ' ', ''))
      .map(([list, end]) => list.join(end) + end),
  )
}

/** The body with one byte changed, left out, put in, or everything behind it cut off. */
export function mutate(body: Buffer, place: number, byte: number, change: number): Buffer {
  const at = place % body.length
  const before = body.subarray(0, at)
  if (change === 0) return Buffer.concat([before, Buffer.of(byte), body.subarray(at + 1)])
  if (change === 1) return Buffer.concat([before, body.subarray(at + 1)])
  if (change === 2) return Buffer.concat([before, Buffer.of(byte), body.subarray(at)])
  return before
}
