import { expect, test } from '@jest/globals'
import { createTestWeir, FakeServer, settled } from './testing.ts'

test('events wait 100 ms for others, and go together', async () => {
  const { weir, server, clock } = createTestWeir()
  weir.logInfo('a')
  await clock.advance(99)
  weir.logInfo('b')
  expect(server.requests).toHaveLength(0)
  await clock.advance(1)
  expect(server.requests.map(({ events }) => events.length)).toEqual([2])
  expect(server.requests[0]?.headers).toMatchObject({
    'X-API-Key': 'key',
    'Content-Type': 'application/json',
  })
})

test('a full batch does not wait', async () => {
  const { weir, server } = createTestWeir({ batchEvents: 10 })
  for (let i = 0; i < 25; i += 1) weir.logInfo('x')
  expect(server.requests).toHaveLength(0)
  await settled()
  expect(server.requests.map(({ events }) => events.length)).toEqual([10, 10, 5])
})

test('what is logged while a batch is on its way waits for others too', async () => {
  const server = new FakeServer()
  let answer = (): void => undefined
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  const { weir, clock } = createTestWeir({
    post: (...request) => answered.then(() => server.post(...request)),
  })
  weir.logInfo('a')
  await clock.advance(100)
  weir.logInfo('b')
  answer()
  await settled()
  weir.logInfo('c')
  await clock.advance(99)
  expect(server.requests.map(({ events }) => events.length)).toEqual([1])
  await clock.advance(1)
  expect(server.requests.map(({ events }) => events.length)).toEqual([1, 2])
})

test('a batch has so many bytes at most, but always one event', async () => {
  const { weir, server, clock } = createTestWeir({ batchBytes: 2_000 })
  for (const size of [900, 900, 5_000, 10]) weir.log({ eventType: 'x', text: 'x'.repeat(size) })
  await clock.advance(100)
  expect(server.requests.map(({ events }) => events.length)).toEqual([1, 1, 1, 1])
})

test('large bodies are compressed; whoever does not understand that gets them plain', async () => {
  const { weir, server, clock } = createTestWeir({ gzip: true })
  server.answers.push({ status: 415 })
  weir.log({ eventType: 'x', text: 'x'.repeat(2_000) })
  await clock.advance(100)
  await weir.flush()
  expect(server.requests.map(({ headers }) => headers['Content-Encoding'])).toEqual(['gzip', undefined])
  expect(weir.stats().delivered).toBe(1)
})

test('after a failure the same events are sent again with the same ids, later each time', async () => {
  const { weir, server, clock } = createTestWeir()
  server.answers.push(new Error('ECONNREFUSED'), { status: 503 }, { status: 500 })
  weir.logInfo('a')
  await clock.advance(100)
  const waits: (number | undefined)[] = []
  while (weir.stats().delivered === 0) {
    waits.push(clock.nextMs)
    await clock.advance(clock.nextMs ?? 0)
  }
  expect(waits).toEqual([500, 1_000, 2_000])
  const ids = server.requests.map(({ events }) => events[0]?.['event_id'])
  expect(ids).toHaveLength(4)
  expect(new Set(ids).size).toBe(1)
})

test('the wait ends at 30 seconds, however often it failed', async () => {
  const { weir, server, clock } = createTestWeir()
  server.answers.push(...Array.from({ length: 20 }, () => new Error('down')))
  weir.logInfo('a')
  await clock.advance(100)
  for (let i = 0; i < 19; i += 1) await clock.advance(clock.nextMs ?? 0)
  expect(clock.nextMs).toBe(30_000)
})

test('Retry-After is kept to, in seconds and as a date, by flush too', async () => {
  const { weir, server, clock } = createTestWeir()
  server.answers.push(
    { status: 429, retryAfter: '7' },
    { status: 503, retryAfter: new Date(clock.now() + 60_000).toUTCString() },
  )
  weir.logInfo('a')
  await clock.advance(100)
  expect(clock.nextMs).toBe(7_500)
  expect(await weir.flush(1)).toBe(false)
  expect(server.requests).toHaveLength(1)
  await clock.advance(7_500)
  expect(clock.nextMs).toBeGreaterThan(50_000)
  await clock.advance(clock.nextMs ?? 0)
  expect(weir.stats().delivered).toBe(1)
})

test.each([401, 403, 404, 301])(
  'an answer %d keeps events, asks rarely, and is told once',
  async (status) => {
    const errors: string[] = []
    const { weir, server, clock } = createTestWeir({ onError: ({ message }) => errors.push(message) })
    server.answers.push({ status }, { status }, { status })
    weir.logInfo('a')
    await clock.advance(100)
    for (let i = 0; i < 2; i += 1) {
      expect(clock.nextMs).toBe(90_000)
      await clock.advance(90_000)
    }
    expect(errors).toEqual([expect.stringContaining(String(status))])
    expect(weir.stats()).toMatchObject({ delivered: 0, dropped: 0, pending: 1 })
    await clock.advance(90_000)
    expect(weir.stats()).toMatchObject({ delivered: 1, pending: 0 })
  },
)

test('an answer 200 of somebody else is no delivery', async () => {
  const { weir, server, clock } = createTestWeir()
  server.answers.push({ status: 200, body: '<html>' }, { status: 200, body: '{"accepted":5}' })
  weir.logInfo('a')
  await clock.advance(100)
  expect(weir.stats().delivered).toBe(0)
  await clock.advance(90_000)
  expect(weir.stats().delivered).toBe(0)
  await clock.advance(90_000)
  expect(weir.stats().delivered).toBe(1)
})

test('events that Weir rejects are dropped and told of, their neighbours delivered', async () => {
  const dropped: unknown[] = []
  const delivered: string[] = []
  const { weir, server, clock } = createTestWeir({
    onDropped: (one) => dropped.push(one),
    onDelivered: ({ eventIds }) => delivered.push(...eventIds),
  })
  server.answers.push({
    body: JSON.stringify({ accepted: 2, rejected: [{ index: 1, code: 'too-deep', detail: 'Too deep.' }] }),
  })
  for (const eventId of ['a', 'b', 'c']) weir.log({ eventType: 'x', eventId })
  await clock.advance(100)
  expect(delivered).toEqual(['a', 'c'])
  expect(dropped).toEqual([{ reason: 'rejected', count: 1, details: ['Too deep.'] }])
})

test('a batch that is refused as a whole is dropped, and the next one sent', async () => {
  const { weir, server, clock } = createTestWeir()
  server.answers.push({ status: 400, body: '{"detail":"None of the events could be accepted."}' })
  weir.logInfo('a')
  await clock.advance(100)
  weir.logInfo('b')
  await clock.advance(100)
  expect(weir.stats()).toMatchObject({ delivered: 1, droppedBy: { rejected: 1 }, pending: 0 })
})

test('a batch that is too large is halved until it fits; an event that never does is dropped', async () => {
  const { weir, server, clock } = createTestWeir()
  const post = server.post
  const tooLarge = { status: 413 }
  for (let i = 0; i < 8; i += 1) weir.log({ eventType: 'x', eventId: `e${i}` })
  // All of 8, the first 4, the first 2, the first; the other halves fit.
  server.answers.push(tooLarge, tooLarge, tooLarge, tooLarge)
  await clock.advance(100)
  expect(server.requests.map(({ events }) => events.length)).toEqual([8, 4, 2, 1, 1, 2, 4])
  expect(server.events.map((event) => event['event_id'])).toEqual(['e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'e7'])
  expect(weir.stats()).toMatchObject({ delivered: 7, droppedBy: { 'too-large': 1 }, pending: 0 })
  expect(post).toBe(server.post)
})

test('when the answer does not list all refusals, the batch is sent in halves to know them', async () => {
  const { weir, server, clock } = createTestWeir()
  server.answers.push({
    body: JSON.stringify({ accepted: 1, rejected: [{ index: 0, detail: 'x' }], truncated: true }),
  })
  for (let i = 0; i < 4; i += 1) weir.logInfo('x')
  await clock.advance(100)
  expect(server.requests.map(({ events }) => events.length)).toEqual([4, 2, 2])
  expect(weir.stats().delivered).toBe(4)
})

test('the queue is bounded in events and in bytes; the host is told, but not within a call', async () => {
  for (const bound of [{ maxQueueEvents: 50 }, { maxQueueBytes: 50 * 1_000 }]) {
    const dropped: unknown[] = []
    const { weir, server, clock } = createTestWeir({ ...bound, onDropped: (one) => dropped.push(one) })
    server.answers.push(...Array.from({ length: 100 }, () => new Error('down')))
    for (let i = 0; i < 1_000; i += 1) weir.log({ eventType: 'x', text: 'x'.repeat(900) })
    const { pending, droppedBy } = weir.stats()
    expect(pending).toBeLessThanOrEqual(51)
    expect(pending + droppedBy['queue-full']).toBe(1_000)
    expect(dropped).toEqual([])
    await clock.advance(100)
    expect(dropped).toEqual([{ reason: 'queue-full', count: droppedBy['queue-full'] }])
  }
})

test('what the host does with the news does not stop the client', async () => {
  const fail = () => {
    throw new Error('host')
  }
  const { weir, server, clock } = createTestWeir({ onDelivered: fail, onDropped: fail, onError: fail })
  server.answers.push({ status: 401 }, { status: 400 })
  weir.logInfo('a')
  await clock.advance(100)
  await clock.advance(90_000)
  weir.logInfo('b')
  await clock.advance(100)
  expect(weir.stats()).toMatchObject({ delivered: 1, dropped: 1 })
})

test('flush waits for what was logged before, not for what comes after', async () => {
  const { weir, server } = createTestWeir()
  weir.logInfo('a')
  expect(await weir.flush()).toBe(true)
  expect(server.events).toHaveLength(1)
  expect(await weir.flush()).toBe(true)
})

test('flush ends after its time when Weir is away, and does not reject', async () => {
  const { weir, server } = createTestWeir()
  server.answers.push(...Array.from({ length: 100 }, () => new Error('down')))
  weir.logInfo('a')
  expect(await weir.flush(20)).toBe(false)
  expect(weir.stats().pending).toBe(1)
})

test('shutdown delivers, then ignores; what is left is dropped and told', async () => {
  const { weir, server } = createTestWeir()
  weir.logInfo('a')
  expect(await weir.shutdown()).toBe(true)
  weir.logInfo('late')
  expect(weir.stats()).toMatchObject({ delivered: 1, logged: 1 })
  expect(await weir.shutdown()).toBe(true)
  expect(server.events).toHaveLength(1)

  const dead = createTestWeir()
  dead.server.answers.push(...Array.from({ length: 100 }, () => new Error('down')))
  dead.weir.logInfo('a')
  expect(await dead.weir.shutdown(10)).toBe(false)
  expect(dead.weir.stats()).toMatchObject({ droppedBy: { 'shut-down': 1 }, pending: 0 })
})
