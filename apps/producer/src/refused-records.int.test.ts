import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { decodeBatch, fromBatchJob, type RefusedRow } from '@weir/events'
import { startTestProducer, type TestProducer } from './testing.ts'

let producer: TestProducer
beforeAll(async () => {
  producer = await startTestProducer()
})
afterAll(async () => {
  await producer[Symbol.asyncDispose]()
})
beforeEach(() => {
  producer.jobs.length = 0
})

const kongRecord = (fields: object = {}) => ({
  started_at: Date.now(),
  latencies: { request: 12 },
  request: { id: 'r-1' },
  ...fields,
})
const tooOld = { started_at: Date.now() - 40 * 86_400_000 }

/** What was made durable since the last test: how many rows, and the records for the quarantine. */
async function kept(): Promise<{ rows: number; refused: readonly RefusedRow[]; counted: number }> {
  while (producer.jobs.length === 0) await new Promise(setImmediate)
  const batches = producer.jobs.flatMap(fromBatchJob).map(decodeBatch)
  return {
    rows: batches.reduce(
      (sum, { rows }) => sum + (rows.length === 0 ? 0 : rows.toString().split('\n').length),
      0,
    ),
    refused: batches.flatMap(({ refused }) => refused),
    counted: batches.reduce((sum, { header }) => sum + (header.projects['1'] ?? 0), 0),
  }
}

const send = (body: unknown, path = '/log', headers = {}) =>
  producer.send(
    {
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    },
    producer.key.ingest,
  )

test('of a gateway’s list the good records are accepted, and the bad one is kept with the reason', async () => {
  const bad = kongRecord(tooOld)
  const { status, json } = await send([kongRecord(), bad, kongRecord()])
  expect(status).toBe(202)
  expect(json).toMatchObject({
    accepted: 2,
    rejected: [{ index: 1, code: 'timestamp-out-of-window', pointer: '#/1/timestamp' }],
    rejected_count: 1,
    quarantined: 1,
  })
  const { rows, refused, counted } = await kept()
  expect([rows, counted]).toEqual([2, 3])
  expect(refused).toMatchObject([
    {
      projectId: 1,
      reason: 'timestamp-out-of-window',
      format: 'kong',
      key: 'kong:r-1',
      raw: JSON.stringify(bad),
    },
  ])
  expect(refused[0]?.detail).toMatch(/30 days back.*\(#\/timestamp\)$/)
})

test('a single bad record of a gateway is answered 202, and kept', async () => {
  const { status, json } = await send(kongRecord(tooOld))
  expect([status, json]).toMatchObject([202, { accepted: 0, ids: [], quarantined: 1 }])
  expect(await kept()).toMatchObject({ rows: 0, refused: [{ format: 'kong' }], counted: 1 })
})

test('a record that is named a gateway’s in the path is kept even if it looks like nothing', async () => {
  const { status, json } = await send(7, '/log/kong', { 'idempotency-key': 'k' })
  expect([status, json]).toMatchObject([202, { quarantined: 1 }])
  const { refused } = await kept()
  expect(refused).toMatchObject([
    { format: 'kong', raw: '7', key: expect.stringMatching(/^idempotency-key:k:.+:0$/) },
  ])
})

test('large bodies, which another thread reads, are kept alike', async () => {
  const bad = kongRecord({ ...tooOld, note: 'x'.repeat(20_000) })
  expect((await send([kongRecord(), bad])).json).toMatchObject({ accepted: 1, quarantined: 1 })
  expect((await kept()).refused).toMatchObject([{ raw: JSON.stringify(bad) }])
})

test('beside a gateway’s records, what cannot be read is kept too, and Weir’s own form is told', async () => {
  const body = [kongRecord(), '{"cut', { event_type: '' }].map((one) =>
    typeof one === 'string' ? one : JSON.stringify(one),
  )
  const { status, json } = await producer.post(body.join('\n'))
  expect(status).toBe(202)
  expect(json).toMatchObject({ accepted: 1, rejected_count: 2, quarantined: 1 })
  expect((await kept()).refused).toMatchObject([{ reason: 'invalid-json', format: null, raw: '{"cut' }])
})

test('Weir’s own form is refused as before: nothing of it is kept', async () => {
  expect(await send({ event_type: '' })).toMatchObject({ status: 400 })
  const { status, json } = await send([{ event_type: 'a', source: 'kong' }, { event_type: '' }])
  expect([status, json]).toEqual([202, expect.not.objectContaining({ quarantined: expect.anything() })])
  expect(await kept()).toMatchObject({ rows: 1, refused: [], counted: 1 })
})

test('what is kept is redacted: values, lines that are no JSON, keys and headers', async () => {
  const secret = `sk-proj-${'a1B2c3D4'.repeat(6)}`
  const record = kongRecord({ ...tooOld, request: { id: secret, headers: { authorization: secret } } })
  await producer.post(`${JSON.stringify(record)}\n{"cut": "${secret}`, { 'ce-note': secret })
  const { refused } = await kept()
  expect(refused).toHaveLength(2)
  expect(refused[0]?.raw).toContain('[redacted:')
  expect(refused[0]?.key).toMatch(/^kong:/)
  expect(JSON.stringify(refused)).not.toContain(secret)
})

test('what a protocol refuses of a body is kept, and its answer says so in its own words', async () => {
  const body = '{"index":{}}\n{"message":"good"}\n{"index":{}}\n{"cut\n'
  const { status, json } = await producer.send({ method: 'POST', path: '/_bulk', body })
  expect([status, json]).toMatchObject([200, { errors: true }])
  const { rows, refused, counted } = await kept()
  expect([rows, counted]).toEqual([1, 2])
  expect(refused).toMatchObject([{ reason: 'invalid-json', format: 'elasticsearch', raw: '{"cut' }])
  expect(JSON.parse(refused[0]?.context ?? '')).toMatchObject({ protocol: 'elasticsearch', index: 1 })
})

test('the key of a record that is kept has no NUL, whatever the record has', async () => {
  const line = { event_type: 'a', event_id: '\0e', source: '\0s', timestamp: '2020-01-01T00:00:00Z' }
  const { status } = await producer.post(`started\n${JSON.stringify(line)}`, { 'content-type': 'text/plain' })
  expect(status).toBe(202)
  expect((await kept()).refused).toMatchObject([{ key: expect.stringMatching(/^s:sha256:/) }])
})
