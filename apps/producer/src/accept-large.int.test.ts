import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { columnIndex, decodeBatch, decodeBatchHeader, fromBatchJob } from '@weir/events'
import { sleep } from '@weir/runtime'
import { startTestProducer, type TestProducer } from './testing.ts'

let producer: TestProducer
beforeAll(async () => {
  producer = await startTestProducer()
})
afterAll(async () => {
  await producer[Symbol.asyncDispose]()
})

const json = { 'Content-Type': 'application/json' }

/** As many spans as a Collector's batch processor gathers by default. */
function aBatchOfSpans(count: number): string {
  const startTimeUnixNano = `${Date.now()}000000`
  const spans = Array.from({ length: count }, (_none, index) => ({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: (index + 1).toString(16).padStart(16, '0'),
    name: `GET /orders/{id}`,
    kind: 2,
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano,
    attributes: [
      { key: 'http.request.method', value: { stringValue: 'GET' } },
      { key: 'url.path', value: { stringValue: `/orders/${index}` } },
      { key: 'http.response.status_code', value: { intValue: '200' } },
      { key: 'server.address', value: { stringValue: 'shop.example' } },
    ],
  }))
  return JSON.stringify({ resourceSpans: [{ resource: {}, scopeSpans: [{ spans }] }] })
}

const aRequest = (index: number, filler = 0) => ({
  request: { id: `r-${index}`, method: 'GET', uri: `/orders/${index}`, headers: {} },
  response: { status: 200, headers: {} },
  latencies: { request: 12, proxy: 9, kong: 1 },
  started_at: Date.now(),
  ...(filler > 0 && { note: 'x'.repeat(filler) }),
})
const kongLog = (count: number, filler = 0): string =>
  JSON.stringify(Array.from({ length: count }, (_none, index) => aRequest(index, filler)))

/** The rows of each batch that the queue was given, once it has so many in all. */
async function rowsOfBatches({ jobs }: TestProducer, wanted: number): Promise<string[][]> {
  const read = () =>
    jobs
      .flatMap((job) => fromBatchJob(job))
      .map((bytes) => decodeBatch(bytes).rows.toString('utf8').split('\n'))
  while (read().flat().length < wanted) await sleep(20)
  return read()
}

test('a Collector that sends its batches of 8,192 spans loses none of them', async () => {
  producer.jobs.length = 0
  const spans = aBatchOfSpans(8_192)
  expect(spans.length).toBeGreaterThan(2_000_000)
  const headers = { ...json, 'Content-Encoding': 'gzip' }
  const sent = { method: 'POST', path: '/v1/traces', headers, body: gzipSync(spans) }
  const answer = await producer.send(sent)
  expect([answer.status, answer.text]).toEqual([200, '{}'])
  const batches = await rowsOfBatches(producer, 8_192)
  const keys = new Set(batches.flat().map((row) => row.split('\t')[4]))
  expect(keys.size).toBe(8_192)
  for (const rows of batches) expect(rows.length).toBeLessThanOrEqual(1_000)
})

test('large and small bodies at once are packed where they are large, and nothing of them is lost', async () => {
  producer.jobs.length = 0
  const large = Array.from({ length: 6 }, () => kongLog(400))
  const small = Array.from({ length: 20 }, () => kongLog(1))
  const answers = await Promise.all([...large, ...small].map((body) => producer.post(body)))
  const ids = answers.flatMap(({ json: answer }) => answer['ids'] as string[])
  const rows = (await rowsOfBatches(producer, 2_420)).flat()
  expect(new Set(rows.map((row) => row.split('\t')[columnIndex.id]))).toEqual(new Set(ids))
  const headers = producer.jobs.flatMap((job) => fromBatchJob(job)).map(decodeBatchHeader)
  expect(headers.reduce((sum, { packed = [] }) => sum + packed.length, 0)).toBe(large.length)
})

test('a shipper may send ten times what a body of events may hold, and everything of it is named', async () => {
  const { status, json: answer } = await producer.post(kongLog(15_000, 300))
  expect(status).toBe(202)
  expect(answer).toMatchObject({ accepted: 15_000 })
  expect(new Set(answer['ids'] as string[]).size).toBe(15_000)
  const lines = `${JSON.stringify(aRequest(1))}\n`.repeat(1_001)
  expect((await producer.post(lines)).json).toMatchObject({ accepted: 1_001 })
})

const event = '{"event_type":"a"}'
const list = (items: readonly string[]): string => `[${items.join(',')}]`

test.each<[string, () => string]>([
  ['1,001 events', () => list(Array.from({ length: 1_001 }, () => event))],
  [
    '1,001 events beside another record',
    () => list([...Array.from({ length: 1_001 }, () => event), JSON.stringify(aRequest(1))]),
  ],
  ['1,001 things that nobody knows', () => list(Array.from({ length: 1_001 }, () => '{"a":1}'))],
  ['events of more than 1 MiB', () => `[${event}${' '.repeat(1_048_576)}]`],
  ['what is not JSON, and more than 1 MiB', () => '['.repeat(1_048_577)],
  ['a million lists', () => `[${'[],'.repeat(1_000_000)}${JSON.stringify(aRequest(1))}]`],
  ['20,001 records', () => kongLog(20_001)],
  ['records of more than 10 MiB', () => kongLog(20, 600_000)],
])('%s are too much, and none of them is kept', async (_what, body) => {
  const before = producer.lines.length
  const answer = await producer.post(body())
  expect([answer.status, answer.kind]).toEqual([413, 'payload-too-large'])
  expect(producer.lines.length).toBe(before)
})

test('of many large bodies at once some are asked to come again, and the memory of all is given back', async () => {
  await using small = await startTestProducer({ admission: { maxInFlightBytes: 20_000_000 } })
  const body = kongLog(6_000, 1_000)
  expect(body.length).toBeGreaterThan(7_000_000)
  const answers = await Promise.all(Array.from({ length: 8 }, () => small.post(body)))
  const taken = answers.filter(({ status }) => status === 202)
  const refused = answers.filter(({ status }) => status === 503)
  expect(taken.length + refused.length).toBe(8)
  expect(refused.length).toBeGreaterThan(0)
  for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1)
  expect(small.lines).toHaveLength(taken.length * 6_000)
  const inFlight = async (): Promise<string | undefined> =>
    /^weir_in_flight_bytes (\d+)$/m.exec((await small.send({ path: '/metrics' }, '')).text)?.[1]
  while ((await inFlight()) !== '0') await sleep(10)
  expect((await small.post(body)).status).toBe(202)
})

test('a journal that has not room for all of a body takes nothing of it', async () => {
  await using full = await startTestProducer({ maxJournalBytes: 2_000_000 })
  const answer = await full.post(kongLog(9_000, 300))
  expect([answer.status, answer.kind]).toEqual([503, 'temporary-reduced-capacity'])
  expect(full.lines).toEqual([])
  expect((await full.post(event)).status).toBe(202)
})
