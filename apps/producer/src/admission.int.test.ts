import { expect, test } from '@jest/globals'
import { sleep } from '@weir/runtime'
import { startTestProducer, type TestProducer } from './testing.ts'

const good = '{"event_type":"good"}'

async function valueOf(producer: TestProducer, series: string): Promise<number> {
  const { text } = await producer.send({ path: '/metrics' }, '')
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return Number(line?.slice(series.length + 1))
}

test('bodies that arrive slowly fill what may be in flight; others are asked to come again, until they end', async () => {
  await using producer = await startTestProducer({ admission: { maxInFlightBytes: 100_000 } })
  const head = (length: number) =>
    `POST /log HTTP/1.1\r\nHost: a\r\nX-API-Key: ${producer.key.ingest}\r\nContent-Length: ${length}\r\n\r\n`
  const slow = await Promise.all([producer.connect(), producer.connect()])
  for (const socket of slow) socket.write(`${head(60_000)}${'['.repeat(50_000)}`)
  while ((await valueOf(producer, 'weir_in_flight_bytes')) < 100_000) await sleep(10)
  const refused = await producer.post(good)
  expect([refused.status, refused.kind]).toEqual([503, 'temporary-reduced-capacity'])
  expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1)
  expect(await valueOf(producer, 'weir_gate_closed{gate="in-flight"}')).toBe(1)
  expect(await valueOf(producer, 'weir_refused_requests_total{gate="in-flight"}')).toBe(1)
  expect((await producer.send({ path: '/health/ready' }, '')).json['closed_gates']).toEqual(['in-flight'])
  for (const socket of slow) socket.destroy()
  while ((await valueOf(producer, 'weir_in_flight_bytes')) > 0) await sleep(10)
  expect((await producer.post(good)).status).toBe(202)
  expect(producer.lines).toHaveLength(1)
})

test('a body that would not fit is refused while it arrives, and nothing of it stays counted', async () => {
  await using producer = await startTestProducer({ admission: { maxInFlightBytes: 100_000 } })
  const large = JSON.stringify({ event_type: 'a', payload: { x: 'x'.repeat(200_000) } })
  expect((await producer.post(large)).status).toBe(503)
  expect(await valueOf(producer, 'weir_in_flight_bytes')).toBe(0)
  expect((await producer.post(good)).status).toBe(202)
})

test('a producer whose event loop is late asks to come again, stays ready, and takes events again by itself', async () => {
  let lagMs = 5_000
  await using producer = await startTestProducer({ admission: { readLagMs: () => lagMs } })
  let answer = await producer.post(good)
  while (answer.status === 202) {
    await sleep(20)
    answer = await producer.post(good)
  }
  expect(answer.status).toBe(503)
  expect((await producer.send({ path: '/health/ready' }, '')).status).toBe(200)
  lagMs = 1
  while (answer.status === 503) {
    await sleep(20)
    answer = await producer.post(good)
  }
  expect(answer.status).toBe(202)
})

test('a journal without room makes the producer not ready, before anything is read', async () => {
  await using producer = await startTestProducer({ maxJournalBytes: 120_000 })
  const large = JSON.stringify({ event_type: 'a', payload: { x: 'x'.repeat(50_000) } })
  let ready = await producer.send({ path: '/health/ready' }, '')
  while (ready.status === 200) {
    await producer.post(large)
    ready = await producer.send({ path: '/health/ready' }, '')
  }
  expect(ready.json['detail']).toContain('journal')
  expect((await producer.post(good)).kind).toBe('temporary-reduced-capacity')
  expect(await valueOf(producer, 'weir_gate_closed{gate="journal"}')).toBe(1)
})
