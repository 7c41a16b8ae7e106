import { expect, test } from '@jest/globals'
import { deliver, delivered } from '../testing-protocol.ts'
import { answerElasticProbe, elasticsearch } from './elasticsearch.ts'

const lines = (...values: unknown[]) => `${values.map((value) => JSON.stringify(value)).join('\n')}\n`

// Built from the field reference of the Elastic Common Schema 9.
const ecs = {
  '@timestamp': '2026-11-20T10:00:00.123Z',
  ecs: { version: '9.0.0' },
  event: { action: 'checkout', duration: 12_500_000, outcome: 'success' },
  log: { level: 'warn', logger: 'shop.cart' },
  message: 'done',
  service: { name: 'shop', version: '1' },
  url: { domain: 'shop.example', path: '/cart/7', scheme: 'https' },
  http: {
    request: { method: 'post', id: 'r-1', bytes: 12 },
    response: { status_code: 201, body: { bytes: 34 } },
  },
  client: { ip: '192.0.2.7', geo: { country_iso_code: 'CH' } },
  user_agent: { original: 'curl/8' },
  user: { id: 'u1' },
  trace: { id: '0af7651916cd43dd8448eb211c80319c' },
  span: { id: 'b7ad6b7169203331' },
  error: { type: 'Timeout', message: 'too slow' },
  labels: { team: 'a' },
}

test('a document of ECS fills the columns, and keeps the rest', () => {
  const { events, json } = delivered(elasticsearch, lines({ create: { _index: 'logs', _id: '7' } }, ecs))
  expect(events).toEqual([
    {
      event_type: 'checkout',
      source: 'elasticsearch',
      event_key: 'elasticsearch:logs/7',
      occurred_at: '2026-11-20T10:00:00.123Z',
      level: 'warning',
      message: 'done',
      service: 'shop',
      component: 'shop.cart',
      host: 'shop.example',
      method: 'POST',
      path: '/cart/7',
      route: '/cart/:id',
      status_code: 201,
      duration_ms: 12.5,
      bytes_in: 12,
      bytes_out: 34,
      client_ip: '192.0.2.7',
      country: 'CH',
      user_agent: 'curl/8',
      user_id: 'u1',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
      error_type: 'Timeout',
      error_message: 'too slow',
      payload: {
        ecs: { version: '9.0.0' },
        event: { outcome: 'success' },
        service: { version: '1' },
        url: { scheme: 'https' },
        labels: { team: 'a' },
        index: 'logs',
      },
    },
  ])
  expect(json).toMatchObject({
    errors: false,
    items: [{ create: { _index: 'logs', _id: '7', status: 201 } }],
  })
})

test('names with points say the same as nested ones', () => {
  const document = {
    'http.request.method': 'GET',
    'http.response.status_code': '404',
    'url.path': '/x',
    'ecs.version': '8',
  }
  const { events } = delivered(elasticsearch, lines({ index: {} }, document), {
    parameters: { index: 'web' },
  })
  expect(events[0]).toMatchObject({
    event_type: 'api_request',
    method: 'GET',
    status_code: 404,
    path: '/x',
    payload: { index: 'web', 'ecs.version': '8' },
  })
})

test('what a model was asked is counted as a call of it', () => {
  const gen_ai = {
    provider: { name: 'openai' },
    request: { model: 'gpt-4o' },
    response: { model: 'gpt-4o-2024', finish_reasons: ['stop'] },
    usage: { input_tokens: 10, output_tokens: 5 },
    operation: { name: 'chat' },
  }
  const { events } = delivered(elasticsearch, lines({ create: {} }, { gen_ai, ecs: { version: '9' } }))
  expect(events[0]).toMatchObject({
    event_type: 'llm_query_sent',
    llm_provider: 'openai',
    llm_model: 'gpt-4o-2024',
    llm_request_model: 'gpt-4o',
    llm_operation: 'chat',
    input_tokens: 10,
    output_tokens: 5,
    finish_reason: 'stop',
  })
})

const kong = {
  request: { id: 'k1', uri: '/a', method: 'GET', headers: {}, size: 1 },
  response: { status: 200, size: 2 },
  latencies: { request: 5, proxy: 4, kong: 1 },
  started_at: 1_795_000_000_000,
}

test('a document, or its message, that is a record of a gateway is read as that', () => {
  const body = lines(
    { index: { _index: 'gw' } },
    kong,
    { index: {} },
    {
      message: JSON.stringify({ ...kong, request: { ...kong.request, id: 'k2' } }),
      fromhost: 'edge',
      facility: 'local0',
    },
  )
  const { events } = delivered(elasticsearch, body)
  expect(events).toMatchObject([
    {
      source: 'kong',
      event_key: 'kong:k1',
      event_type: 'api_request',
      duration_ms: 5,
      payload: { index: 'gw' },
    },
    { source: 'kong', event_key: 'kong:k2', host: 'edge', payload: { facility: 'local0' } },
  ])
})

test('every action is answered in its place, and one bad document fails alone', () => {
  const body =
    `${lines({ create: { _index: 'l' } }, { message: 'ok' }, { index: { _index: 'l', _id: 'bad' } })}{"broken\n` +
    lines({ delete: { _index: 'l', _id: '1' } }, { update: { _index: 'l', _id: '2' } }, { doc: { a: 1 } }) +
    lines({ update: { _id: '3' } }, { doc: { message: 'new' }, doc_as_upsert: true }, { create: {} }, [1]) +
    lines({ create: {} }, { message: 'a\u0000b' })
  const { events, refused, json } = delivered(elasticsearch, body)
  expect(events.map(({ message }) => message)).toEqual(['ok', 'new'])
  expect(json).toMatchObject({
    errors: true,
    items: [
      { create: { status: 201, result: 'created', _id: expect.stringMatching(/^[0-9a-f-]{36}$/) } },
      { index: { status: 400, _id: 'bad', error: { type: 'document_parsing_exception' } } },
      { delete: { status: 404, _id: '1', result: 'not_found' } },
      { update: { status: 404, _id: '2', error: { type: 'document_missing_exception' } } },
      { update: { status: 201, _id: '3' } },
      { create: { status: 400, error: { type: 'document_parsing_exception' } } },
      { create: { status: 400, error: { reason: expect.stringContaining('unstorable-text') } } },
    ],
  })
  expect(refused.map(({ index, format }) => [index, format])).toEqual(
    [1, 3, 5, 6].map((index) => [index, 'elasticsearch']),
  )
})

test.each([['{"create":{}}\n{"a":1}\nnothing\n{}\n'], ['{"made":{}}\n{}\n'], ['[]'], [''], ['\n\n']])(
  'nothing of %j is kept, since nobody knows what its lines are',
  (body) => {
    expect(deliver(elasticsearch, body)).toMatchObject({ pointer: '#' })
  },
)

test('an answer has the media type that was asked for, and says which product it is', () => {
  const accept = 'application/vnd.elasticsearch+json; compatible-with=9'
  const { answer } = delivered(elasticsearch, lines({ create: {} }, {}), { headers: { accept } })
  expect(answer.contentType).toBe('application/vnd.elasticsearch+json;compatible-with=9')
  expect(answer.headers).toEqual({ 'X-Elastic-Product': 'Elasticsearch' })
  const failed = elasticsearch.fail(
    { status: 429, kind: 'quota-exceeded', detail: 'Enough.', hasKey: true },
    { format: undefined, contentType: undefined, headers: {} },
  )
  expect(failed).toMatchObject({ status: 429, contentType: 'application/json', headers: answer.headers })
  expect(JSON.parse(String(failed.body))).toEqual({
    error: {
      root_cause: [{ type: 'es_rejected_execution_exception', reason: 'Enough.' }],
      type: 'es_rejected_execution_exception',
      reason: 'Enough.',
    },
    status: 429,
  })
  const probe = answerElasticProbe({ format: undefined, contentType: undefined, headers: {} })
  expect(JSON.parse(String(probe.body))).toMatchObject({
    version: { number: '9.1.0' },
    tagline: 'You Know, for Search',
  })
})
