import { expect, test } from '@jest/globals'
import { decodeField, eventColumns } from '@weir/events'
import * as fc from 'fast-check'
import { plainDelivery } from '@weir/formats'
import { defaultRules, type ProjectRedaction } from '@weir/redaction'
import { acceptBody } from './accept-body.ts'
import type { IntakeRequest } from './intake-request.ts'

const redaction: ProjectRedaction = { projectId: 1, rules: defaultRules, hashKey: 'of the tests' }

const request: IntakeRequest = {
  projectId: 1,
  receivedAtMs: Date.UTC(2026, 10, 20),
  requestId: 'r',
  traceId: undefined,
  spanId: undefined,
  idempotencyKey: undefined,
  delivery: plainDelivery,
  protocol: undefined,
  redaction,
  limits: {
    maxBodyBytes: 1_048_576,
    maxEventBytes: 65_536,
    maxEventsPerRequest: 1_000,
    maxForeignBodyBytes: 10_485_760,
    maxForeignRecords: 20_000,
    maxAgeMs: 30 * 86_400_000,
    maxFutureMs: 86_400_000,
  },
}

/** The columns of each row that a body makes. */
function rowsOf(body: string): Record<string, string | null>[] {
  const outcome = acceptBody(Buffer.from(body), request)
  if (!('rows' in outcome)) throw new Error(outcome.detail)
  return Buffer.from(outcome.rows)
    .toString('utf8')
    .split('\n')
    .map((line) => {
      const fields = line.split('\t')
      expect(fields).toHaveLength(eventColumns.length)
      return Object.fromEntries(eventColumns.map((column, index) => [column, decodeField(fields[index])]))
    })
}

const storable = (value: string) => value.isWellFormed() && !value.includes('\0')
const anyText = fc.string({ unit: 'binary', maxLength: 20 }).filter(storable)
const awkward = fc.string({
  unit: fc.constantFrom('\t', '\n', '\r', '\\', '"', 'N', '.', 'x', '😀'),
  maxLength: 8,
})
const payload = fc.dictionary(
  fc.oneof(anyText, awkward).filter((key) => !['__proto__', 'user_id', 'message'].includes(key)),
  fc.oneof(
    anyText,
    awkward,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(awkward, { maxLength: 3 }),
  ),
  { maxKeys: 5 },
)

test('any payload comes back from its row, whether its body has escapes or not', () => {
  const event = fc.record({ message: fc.oneof(anyText, awkward).filter((text) => text !== ''), payload })
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 4 }), (events) => {
      // Names that have a column leave the payload: a letter in front keeps these from being one.
      const sent = events.map(({ message, payload: fields }) => ({
        event_type: 'a',
        message,
        payload: Object.fromEntries(Object.entries(fields).map(([key, value]) => [`_${key}`, value])),
      }))
      const rows = rowsOf(JSON.stringify(sent))
      expect(rows.map(({ message }) => message)).toEqual(sent.map(({ message }) => message))
      expect(rows.map(({ payload: text }) => JSON.parse(text ?? '{}'))).toEqual(
        sent.map(({ payload: fields }) => JSON.parse(JSON.stringify(fields))),
      )
    }),
  )
})

test('whatever bytes are sent, the outcome is events or a reason', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    fc.json().map((json) => Buffer.from(json)),
    fc.json().map((json) => Buffer.from(`{"event_type":"a","payload":${json}}`)),
    fc.array(fc.json(), { maxLength: 4 }).map((lines) => Buffer.from(lines.join('\n'))),
  )
  fc.assert(
    fc.property(bytes, (body) => {
      const outcome = acceptBody(body, request)
      if ('rows' in outcome)
        expect(JSON.parse(outcome.answer)).toMatchObject({ accepted: outcome.eventCount })
      else expect(outcome).toMatchObject({ code: expect.any(String), detail: expect.any(String) })
    }),
    { numRuns: 1_000 },
  )
})

test.each([
  [100, undefined],
  [101, true],
  [999, true],
])('of %i refusals at most a hundred are listed, and all are counted', (bad, truncated) => {
  const items = [...Array.from({ length: bad }, () => '{}'), '{"event_type":"a"}']
  const outcome = acceptBody(Buffer.from(`[${items.join(',')}]`), request)
  const answer: unknown = 'rows' in outcome ? JSON.parse(outcome.answer) : undefined
  expect(answer).toMatchObject({ accepted: 1, rejected_count: bad })
  expect(answer).toHaveProperty('rejected.length', 100)
  expect((answer as { truncated?: true }).truncated).toBe(truncated)
  const refused = acceptBody(Buffer.from(`[${items.slice(0, -1).join(',')}]`), request)
  expect(refused).toMatchObject({ errors: { length: 100 }, rejectedCount: truncated && bad })
})

test('who puts fields beside the events is told that they are not kept', () => {
  const outcome = acceptBody(
    Buffer.from('{"events":[{"event_type":"a"}],"service":"x","\\ud800":1}'),
    request,
  )
  expect('rows' in outcome && JSON.parse(outcome.answer)).toEqual({
    accepted: 1,
    ids: [expect.any(String)],
    ignored: ['service', '\ud800'],
  })
})

test('rows, keys and tallies count the events that were accepted, and no others', () => {
  const body = JSON.stringify([
    { event_type: 'llm_query_sent', event_id: '1', payload: { model: 'm', provider: 'p' } },
    { event_type: 'llm_query_sent', payload: { model: 'm', provider: 'p' } },
    { event_type: 'made_up', source: 's' },
    { event_type: '' },
  ])
  const outcome = acceptBody(Buffer.from(body), request)
  expect(outcome).toMatchObject({
    eventCount: 3,
    keyed: 1,
    tallies: [
      { eventType: 'llm_query_sent', source: 'native', isLlm: true, provider: 'p', model: 'm', count: 2 },
      { eventType: 'other', source: 's', isLlm: false, count: 1 },
    ],
  })
})

test('under an Idempotency-Key every event of a body has a key of its own, the same each time', () => {
  const body = '[{"event_type":"a"},{"event_type":"a"}]'
  const keysOf = (idempotencyKey: string, text: string) => {
    const outcome = acceptBody(Buffer.from(text), { ...request, idempotencyKey })
    return 'rows' in outcome
      ? Buffer.from(outcome.rows)
          .toString()
          .split('\n')
          .map((line) => line.split('\t')[eventColumns.indexOf('event_key')])
      : []
  }
  const keys = keysOf('k', body)
  expect(new Set(keys).size).toBe(2)
  expect(keysOf('k', body)).toEqual(keys)
  expect(keysOf('k', `${body} `)).not.toEqual(keys)
  expect(keysOf('other', body)).not.toEqual(keys)
})
