import { randomBytes } from 'node:crypto'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { decodeBatch, fromBatchJob, type BatchJob } from '@weir/events'
import { JournalFullError } from '@weir/journal'
import { Client } from 'pg'
import { validate, version } from 'uuid'
import { startTestProducer, type TestProducer } from './testing.ts'

let producer: TestProducer
beforeAll(async () => {
  producer = await startTestProducer()
})
afterAll(async () => {
  await producer[Symbol.asyncDispose]()
})

const good = '{"event_type":"good"}'
const two = '[{"event_type":"a"},{"event_type":"b"}]'

/** The rows of the batches that the queue was given, and how many of them have a key. */
function readJobs(jobs: readonly BatchJob[]): { rows: string[]; keyed: number } {
  const batches = jobs.flatMap(fromBatchJob).map(decodeBatch)
  return {
    rows: batches.flatMap(({ rows }) => rows.toString('utf8').split('\n')),
    keyed: batches.reduce((sum, { header }) => sum + header.keyed, 0),
  }
}

test('a single event is answered with its id', async () => {
  const { status, headers, json } = await producer.post(good)
  expect(status).toBe(202)
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  const id = producer.lastRows()[0]?.id
  expect(json).toEqual({ id, status: 'queued', accepted: 1, ids: [id] })
  expect(validate(id)).toBe(true)
  expect(version(id ?? '')).toBe(7)
})

test.each([
  ['an array', two],
  ['an envelope', `{"events":${two}}`],
  ['NDJSON', '{"event_type":"a"}\n{"event_type":"b"}\n'],
])('the events of %s are answered with their ids, in order', async (_name, body) => {
  const { status, json } = await producer.post(body)
  expect(status).toBe(202)
  const rows = producer.lastRows(2)
  expect(rows.map(({ event_type: eventType }) => eventType)).toEqual(['a', 'b'])
  const ids = rows.map(({ id }) => String(id))
  expect(json).toEqual({ accepted: 2, ids })
  expect(ids.toSorted()).toEqual(ids)
})

test('an array of one is a list, not a single event', async () => {
  expect((await producer.post(`[${good}]`)).json).toEqual({ accepted: 1, ids: [producer.lastRows()[0]?.id] })
})

test.each([
  ['gzip', gzipSync(two)],
  ['deflate', deflateSync(two)],
  ['br', brotliCompressSync(two)],
  ['zstd', zstdCompressSync(two)],
])('a body in %s is read', async (encoding, body) => {
  const { status, json } = await producer.post(body, { 'Content-Encoding': encoding })
  expect([status, json['accepted']]).toEqual([202, 2])
})

test('events that were refused are named beside those that were accepted', async () => {
  const { status, json } = await producer.post(`[{"event_type":"a"},{"event_type":"b","timestamp":"now"},{}]`)
  expect(status).toBe(202)
  expect(json).toEqual({
    accepted: 1,
    ids: [producer.lastRows()[0]?.id],
    rejected: [
      { index: 1, code: 'invalid-timestamp', detail: expect.any(String), pointer: '#/1/timestamp' },
      { index: 2, code: 'validation-failed', detail: expect.any(String), pointer: '#/2/event_type' },
    ],
    rejected_count: 2,
  })
})

test('a refused event is a problem that points at what is wrong with it', async () => {
  const { status, headers, json } = await producer.post('{"event_type":"a","timestamp":"now"}', {
    'X-Request-Id': 'mine',
  })
  expect(status).toBe(400)
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(json).toEqual({
    type: '/problems/invalid-timestamp',
    title: 'A timestamp is not valid',
    status: 400,
    detail: expect.stringContaining('RFC 3339'),
    request_id: 'mine',
    errors: [{ index: 0, code: 'invalid-timestamp', detail: expect.any(String), pointer: '#/timestamp' }],
  })
})

test('large bodies, which another thread reads, are answered like small ones', async () => {
  const events = Array.from({ length: 500 }, (_unused, index) => ({
    event_type: 'a',
    payload: { index, text: 'a\tb\\' },
  }))
  const { status, json } = await producer.post(JSON.stringify([...events, {}]))
  expect(status).toBe(202)
  expect(json).toMatchObject({ accepted: 500, rejected: [{ index: 500, pointer: '#/500/event_type' }] })
  const rows = producer.lastRows(500)
  expect(json['ids']).toEqual(rows.map(({ id }) => id))
  expect(rows.map(({ payload }) => JSON.parse(payload ?? ''))).toEqual(events.map(({ payload }) => payload))
})

test('fifty requests at once are answered with their own ids, and each event is kept once', async () => {
  const before = producer.lines.length
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_unused, index) =>
      producer.post(`{"event_type":"a","payload":{"user_id":"u${index}"}}`),
    ),
  )
  const rows = new Map(producer.lastRows(50).map((row) => [row.id, row.user_id]))
  expect(producer.lines).toHaveLength(before + 50)
  answers.forEach(({ json }, index) => expect(rows.get(String(json['id']))).toBe(`u${index}`))
})

test('what was answered with 202 comes to the queue, as the same rows', async () => {
  await using fresh = await startTestProducer()
  await fresh.post(two)
  await fresh.post(good, { 'Idempotency-Key': 'k' })
  let queued = readJobs(fresh.jobs)
  while (queued.rows.length < 3) {
    await fresh.send({ path: '/health' })
    queued = readJobs(fresh.jobs)
  }
  expect(queued).toEqual({ rows: fresh.lines, keyed: 1 })
})

test('while the queue is away, events are accepted, and it gets them when it is back', async () => {
  let isAway = true
  const taken: BatchJob[] = []
  await using fresh = await startTestProducer({
    queue: {
      add(job) {
        if (isAway) return Promise.reject(new Error('connection refused'))
        taken.push(job)
        return Promise.resolve()
      },
    },
  })
  for (let count = 0; count < 20; count += 1) expect((await fresh.post(good)).status).toBe(202)
  expect(taken).toEqual([])
  isAway = false
  while (readJobs(taken).rows.length < 20) await fresh.send({ path: '/health' })
  expect(readJobs(taken).rows.toSorted()).toEqual(fresh.lines.toSorted())
})

test('a request id of the sender is kept: in the answer, in the row and in the log', async () => {
  const answer = await producer.post(good, { 'X-Request-Id': 'req-1.a_B' })
  expect(answer.headers['x-request-id']).toBe('req-1.a_B')
  expect(producer.lastRows()[0]?.request_id).toBe('req-1.a_B')
  expect(producer.logLines).toContainEqual(
    expect.objectContaining({ requestId: 'req-1.a_B', status: 202, path: '/log' }),
  )
})

test('a request without an id gets one of its own', async () => {
  const [first, second] = [await producer.post(good), await producer.post(good)]
  expect(first.headers['x-request-id']).toMatch(/^[\w-]{12}$/)
  expect(first.headers['x-request-id']).not.toBe(second.headers['x-request-id'])
  expect(producer.lastRows(2).map(({ request_id: requestId }) => requestId)).toEqual([
    first.headers['x-request-id'],
    second.headers['x-request-id'],
  ])
})

test('a trace of the sender is kept with its span, answered and logged', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const answer = await producer.post(good, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` })
  expect(producer.lastRows()[0]).toMatchObject({ trace_id: traceId, span_id: '00f067aa0ba902b7' })
  expect(answer.headers['traceparent']).toMatch(
    new RegExp(`^00-${traceId}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`),
  )
  expect(producer.logLines).toContainEqual(expect.objectContaining({ traceId, status: 202 }))
})

test.each([
  ['in capitals', '00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01'],
  ['of zeros', '00-00000000000000000000000000000000-00f067aa0ba902b7-01'],
  ['with a span of zeros', '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01'],
  ['of version ff', 'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ['cut off', '00-4bf92f3577b34da6a3ce929d0e0e4736'],
])('a traceparent %s is replaced by a new trace', async (_name, traceparent) => {
  const answer = await producer.post(good, { traceparent })
  expect(answer.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
  expect(answer.headers['traceparent']).not.toContain('4bf92f3577b34da6a3ce929d0e0e4736')
  expect(producer.lastRows()[0]?.span_id).toBeNull()
})

test('an event without ids of its own, in a request without a trace, has the id that the answer names', async () => {
  const answer = await producer.post('{"event_type":"a","payload":{"request_id":"own"}}')
  expect(producer.lastRows()[0]?.request_id).toBe('own')
  expect(answer.headers['x-request-id']).not.toBe('own')
})

test('the one request too many is refused, says when to come again, and is not kept', async () => {
  await using limited = await startTestProducer({ config: { requestsPerMinute: 3 } })
  const statuses: number[] = []
  // A new minute may begin in between, and then three more are allowed.
  while (!statuses.includes(429)) {
    const answer = await limited.post(good)
    statuses.push(answer.status)
    expect(answer.headers['ratelimit']).toMatch(/^"default";r=[0-3];t=[1-9]\d*$/)
    expect(answer.headers['ratelimit-policy']).toBe('"default";q=3;w=60')
    if (answer.status !== 429) continue
    expect(answer.kind).toBe('quota-exceeded')
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60)
  }
  expect(statuses.length).toBeGreaterThan(3)
  expect(limited.lines).toHaveLength(statuses.length - 1)
})

test('a key has its own limit, and another key its own count', async () => {
  await using limited = await startTestProducer()
  const { text } = await limited.addKey({ requestsPerMinute: 1 })
  const send = () => limited.send({ method: 'POST', path: '/log', body: good }, text)
  let answer = await send()
  while (answer.status === 202) answer = await send()
  expect(answer.headers['ratelimit-policy']).toBe('"default";q=1;w=60')
  expect((await limited.post(good)).status).toBe(202)
})

test('a route with its own limit is counted by itself', async () => {
  await using limited = await startTestProducer({ config: { routeLimits: new Map([['/log', 1]]) } })
  let answer = await limited.post(good)
  while (answer.status === 202) answer = await limited.post(good)
  expect(answer.headers['ratelimit-policy']).toBe('"log";q=1;w=60')
  expect((await limited.send({ path: '/queue/status' })).status).toBe(200)
})

test('when the journal is full, the sender is asked to come again, and nothing is said to be kept', async () => {
  await using full = await startTestProducer({ maxJournalBytes: 200_000 })
  const large = JSON.stringify({ event_type: 'a', payload: { x: randomBytes(40_000).toString('base64') } })
  let answer = await full.post(large)
  while (answer.status === 202) answer = await full.post(large)
  expect([answer.status, answer.kind]).toEqual([503, 'temporary-reduced-capacity'])
  expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1)
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(5)
  expect(full.lines.length).toBeLessThan(10)
})

test('what cannot be written is refused before it is acknowledged', async () => {
  await using full = await startTestProducer({
    append: () => Promise.reject(new JournalFullError('disk', 'full')),
  })
  expect((await full.post(good)).status).toBe(503)
})

test('a failure of our own says nothing of what failed, but for the id that the log has too', async () => {
  await using broken = await startTestProducer({
    append: () => Promise.reject(new Error('secret detail of /home/weir')),
  })
  const answer = await broken.post(good)
  expect([answer.status, answer.kind]).toEqual([500, 'internal'])
  expect(answer.text).not.toContain('secret detail')
  const line = broken.logLines.find(({ requestId }) => requestId === answer.headers['x-request-id'])
  expect(line).toMatchObject({ level: 50, status: 500, err: { message: 'secret detail of /home/weir' } })
})

test('while PostgreSQL is away, known keys send on and unknown ones are asked to come again', async () => {
  await using fresh = await startTestProducer()
  const name = new URL(fresh.database.url).pathname.slice(1)
  // From another database: nobody may close the one that they are connected to.
  const server = new Client({ connectionString: process.env['DATABASE_URL'] })
  await server.connect()
  await server.query(`alter database ${name} with allow_connections false`)
  await server.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
  await server.end()
  await fresh.keys.reload()
  expect(fresh.keys.isCurrent).toBe(false)
  expect((await fresh.post(good)).status).toBe(202)
  const unknown = await fresh.send({ method: 'POST', path: '/log', body: good }, 'a-key-made-just-now')
  expect([unknown.status, unknown.kind]).toEqual([503, 'temporary-reduced-capacity'])
  expect(Number(unknown.headers['retry-after'])).toBeGreaterThan(0)
})
