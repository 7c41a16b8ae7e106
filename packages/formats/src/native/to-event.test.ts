import { expect, test } from '@jest/globals'
import type { CanonicalEvent } from '@weir/events'
import { version } from 'uuid'
import type { Intake } from '../intake.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { anIntake, receivedAtMs } from '../testing.ts'
import { toEvent } from './to-event.ts'

const receivedAt = new Date(receivedAtMs).toISOString()

function accept(record: object, intake: Partial<Intake> = {}, index = 0): CanonicalEvent {
  const event = toEvent(record, anIntake(intake), index)
  if (isRefusal(event)) throw new Error(`${event.code}: ${event.detail}`)
  return event
}

function refuse(record: unknown): Refusal {
  const refusal = toEvent(record, anIntake(), 0)
  if (!isRefusal(refusal)) throw new Error('It was accepted.')
  return refusal
}

test('the example of the documentation is lifted into columns, to the last field', () => {
  const event = accept({
    session_id: 123,
    event_type: 'llm_query_sent',
    timestamp: '2026-11-20T10:30:45.100Z',
    source: 'gateway',
    level: 'info',
    event_id: 'mine',
    payload: { model: 'gpt-4o', tokens_used: 1_299, cost: 0.0123, latency_ms: 873, user_id: 'u1' },
  })
  expect(event).toMatchObject({
    project_id: 1,
    session_id: '123',
    event_type: 'llm_query_sent',
    occurred_at: '2026-11-20T10:30:45.100Z',
    received_at: receivedAt,
    source: 'gateway',
    level: 'info',
    category: 'llm',
    event_key: 'mine',
    llm_model: 'gpt-4o',
    total_tokens: 1_299,
    cost_usd: '0.0123',
    duration_ms: 873,
    user_id: 'u1',
    request_id: 'request-1',
    payload: '{}',
  })
  expect(version(event.id)).toBe(7)
})

test('an event type is all that is needed: the time is that of receipt', () => {
  expect(accept({ event_type: 'anything.at:all-1' })).toMatchObject({
    event_type: 'anything.at:all-1',
    occurred_at: receivedAt,
    received_at: receivedAt,
    source: 'native',
    level: 'info',
    category: 'event',
    event_key: null,
    cost_usd: null,
    payload: '{}',
  })
})

test('unknown fields of the top level are kept in the payload, beside those of the same name', () => {
  const event = accept({ event_type: 'a', region: 'eu', shared: 1, payload: { shared: 2, own: 3 } })
  expect(JSON.parse(event.payload)).toEqual({ region: 'eu', 'event.shared': 1, shared: 2, own: 3 })
})

test('a sender cannot set what is not its own to say', () => {
  const foreign = { project_id: 2, id: 'x', received_at: 'never', retention_class: 'audit', event_key: 'k' }
  const event = accept({ event_type: 'a', ...foreign })
  expect(event).toMatchObject({
    project_id: 1,
    received_at: receivedAt,
    event_key: null,
  })
  expect(event.id).not.toBe('x')
  expect(JSON.parse(event.payload)).toEqual(foreign)
})

test('metadata is the payload when there is none, and a field when there is one', () => {
  expect(accept({ event_type: 'a', metadata: { model: 'm', x: 1 } })).toMatchObject({
    llm_model: 'm',
    payload: '{"x":1}',
  })
  expect(accept({ event_type: 'a', metadata: { x: 1 }, payload: {} }).payload).toBe('{"metadata":{"x":1}}')
  expect(accept({ event_type: 'a', metadata: 'text' }).payload).toBe('{"metadata":"text"}')
})

test('null in the envelope counts as not said', () => {
  const event = accept({ event_type: 'a', session_id: null, event_id: null, source: null, level: null })
  expect(event).toMatchObject({ session_id: null, event_key: null, source: 'native', level: 'info' })
})

test('other names of known types become the known type', () => {
  expect(accept({ event_type: 'analysis_started' })).toMatchObject({
    event_type: 'syntax_analysis_started',
    category: 'analysis',
  })
  expect(accept({ event_type: 'constructor' })).toMatchObject({
    event_type: 'constructor',
    category: 'event',
  })
})

test('an error is an error unless it says otherwise', () => {
  expect(accept({ event_type: 'error_occurred' }).level).toBe('error')
  expect(accept({ event_type: 'error_occurred', level: 'WARN' }).level).toBe('warning')
})

test('total tokens follow from input and output unless they are given', () => {
  expect(accept({ event_type: 'a', payload: { input_tokens: 1, output_tokens: 2 } }).total_tokens).toBe(3)
  expect(accept({ event_type: 'a', payload: { input_tokens: 1, tokens_used: 9 } }).total_tokens).toBe(9)
  expect(accept({ event_type: 'a', payload: { output_tokens: 2 } }).total_tokens).toBe(2)
  const most = { input_tokens: 2_147_483_647, output_tokens: 2_147_483_647 }
  expect(accept({ event_type: 'a', payload: most }).total_tokens).toBe(2_147_483_647)
})

test('the ids of the request are taken where the event has none of its own', () => {
  const request = { requestId: 'r', traceId: 't'.repeat(32), spanId: 's'.repeat(16) }
  expect(accept({ event_type: 'a' }, request)).toMatchObject({
    request_id: 'r',
    trace_id: request.traceId,
    span_id: request.spanId,
  })
  const own = { request_id: 'own', trace_id: 'own trace', span_id: '00f067aa0ba902b7' }
  expect(accept({ event_type: 'a', payload: own }, request)).toMatchObject(own)
})

test('an event without a key of its own takes one from the Idempotency-Key of its request', () => {
  const intake = { keyPrefix: 'idempotency-key:k:hash:' }
  expect(accept({ event_type: 'a' }, intake, 3).event_key).toBe('idempotency-key:k:hash:3')
  expect(accept({ event_type: 'a', event_id: 'own' }, intake, 3).event_key).toBe('own')
})

test('the same event id at the same time gives the same id, in the same project only', () => {
  const record = { event_type: 'a', event_id: 7, timestamp: receivedAtMs }
  const { id } = accept(record)
  expect(accept({ ...record, event_id: '7', payload: { other: true } }).id).toBe(id)
  expect(accept(record, { projectId: 2 }).id).not.toBe(id)
})

const tooLong = 'x'.repeat(257)
test.each<[string, unknown, string, string]>([
  ['B082 null', null, 'validation-failed', '#'],
  ['B082 a number', 42, 'validation-failed', '#'],
  ['B082 a text', 'x', 'validation-failed', '#'],
  ['B082 a flag', true, 'validation-failed', '#'],
  ['B154 a list', [], 'validation-failed', '#'],
  ['B083 an empty object', {}, 'validation-failed', '#/event_type'],
  ['B100 no type', { payload: {} }, 'validation-failed', '#/event_type'],
  ['B100 null as type', { event_type: null }, 'validation-failed', '#/event_type'],
  ['B100 an empty type', { event_type: '' }, 'validation-failed', '#/event_type'],
  ['B110 a list as type', { event_type: [] }, 'validation-failed', '#/event_type'],
  ['B101 a type of 101 characters', { event_type: 'x'.repeat(101) }, 'validation-failed', '#/event_type'],
  ['B101 a space in the type', { event_type: 'a b' }, 'validation-failed', '#/event_type'],
  ['B101 a slash in the type', { event_type: 'a/b' }, 'validation-failed', '#/event_type'],
  ['B101 a line end behind the type', { event_type: 'a\n' }, 'validation-failed', '#/event_type'],
  ['B101 a zero-width space', { event_type: 'a\u200bb' }, 'validation-failed', '#/event_type'],
  ['B104 an empty event id', { event_type: 'a', event_id: '' }, 'validation-failed', '#/event_id'],
  ['B104 a long event id', { event_type: 'a', event_id: tooLong }, 'validation-failed', '#/event_id'],
  ['B104 NUL in the event id', { event_type: 'a', event_id: 'a\0' }, 'validation-failed', '#/event_id'],
  ['B114 a long session id', { event_type: 'a', session_id: tooLong }, 'validation-failed', '#/session_id'],
  [
    'B114 a tab in the session id',
    { event_type: 'a', session_id: 'a\tb' },
    'validation-failed',
    '#/session_id',
  ],
  ['B114 half a pair', { event_type: 'a', session_id: '\ud800' }, 'validation-failed', '#/session_id'],
  ['B114 a long user id', { event_type: 'a', user_id: tooLong }, 'validation-failed', '#/user_id'],
  [
    'B114 a line end in the user id',
    { event_type: 'a', payload: { user_id: 'a\n' } },
    'validation-failed',
    '#/payload/user_id',
  ],
  [
    'B110 a flag as user id',
    { event_type: 'a', metadata: { user_id: true } },
    'validation-failed',
    '#/metadata/user_id',
  ],
  ['B110 an object as timestamp', { event_type: 'a', timestamp: {} }, 'invalid-timestamp', '#/timestamp'],
  ['B110 a text as payload', { event_type: 'a', payload: 'x' }, 'validation-failed', '#/payload'],
  ['B110 a list as payload', { event_type: 'a', payload: [1] }, 'validation-failed', '#/payload'],
  ['B111 null as payload', { event_type: 'a', payload: null }, 'validation-failed', '#/payload'],
  ['an empty source', { event_type: 'a', source: '' }, 'validation-failed', '#/source'],
  [
    'a source of 81 bytes',
    { event_type: 'a', source: 'é'.repeat(40) + 'x' },
    'validation-failed',
    '#/source',
  ],
  ['NUL in the source', { event_type: 'a', source: 'a\0' }, 'validation-failed', '#/source'],
  ['an unheard-of level', { event_type: 'a', level: 'loud' }, 'validation-failed', '#/level'],
  [
    'B120 NUL in the payload',
    { event_type: 'a', payload: { x: { y: '\0' } } },
    'unstorable-text',
    '#/payload/x/y',
  ],
  ['B120 NUL at the top level', { event_type: 'a', x: '\0' }, 'unstorable-text', '#/x'],
  [
    'B090 __proto__ at the top level',
    JSON.parse('{"event_type":"a","__proto__":1}'),
    'reserved-key',
    '#/__proto__',
  ],
  [
    'B113 1,001 tags',
    { event_type: 'a', tags: Array.from({ length: 1_001 }, () => 't') },
    'validation-failed',
    '#/tags',
  ],
])('%s is refused, and says where', (_name, record, code, pointer) => {
  expect(refuse(record)).toMatchObject({ code, pointer })
})

test('the payload of an event has its limit in bytes of JSON, whatever the characters', () => {
  const overhead = '{"x":""}'.length
  for (const char of ['x', 'é', '€', '😀']) {
    const most = Math.floor((65_536 - overhead) / Buffer.byteLength(char))
    expect(accept({ event_type: 'a', payload: { x: char.repeat(most) } }).payload.length).toBeGreaterThan(
      most,
    )
    expect(refuse({ event_type: 'a', payload: { x: char.repeat(most + 1) } })).toMatchObject({
      code: 'payload-too-large',
      pointer: '#/payload',
    })
  }
})

test('nothing that is sent changes the prototype of objects', () => {
  refuse(JSON.parse('{"event_type":"a","payload":{"__proto__":{"polluted":1}}}'))
  refuse(JSON.parse('{"event_type":"a","payload":{"constructor":{"prototype":{"polluted":1}}}}'))
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})
