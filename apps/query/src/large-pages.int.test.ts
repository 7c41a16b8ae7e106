import { once } from 'node:events'
import { createServer, request as ask, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { anEvent } from '@weir/database/testing'
import { AnswerMemory, type AnswerMemoryOptions } from './answer-memory.ts'
import { openTestApp, type TestApp } from './open-test-app.ts'

const eventCount = 400
const payloadBytes = 60_000

const nowMs = Date.now()
/** The newest first. */
const events = Array.from({ length: eventCount }, (_none, index) =>
  anEvent({
    occurred_at: new Date(nowMs - (index + 1) * 1_000).toISOString(),
    event_type: 'large',
    session_id: 's1',
    payload: JSON.stringify({ index, text: `${index}`.padEnd(payloadBytes / 2, 'ü') }),
  }),
)

/** Counts what the service counts, at its highest. */
function watchMemory(options: AnswerMemoryOptions) {
  const memory = new AnswerMemory(options)
  let peakBytes = 0
  const look = (): void => {
    peakBytes = Math.max(peakBytes, memory.heldBytes)
  }
  return {
    get peakBytes() {
      return peakBytes
    },
    get heldBytes() {
      return memory.heldBytes
    },
    get waitingCount() {
      return memory.waitingCount
    },
    async enter(projectId: number, bytes: number) {
      const hold = await memory.enter(projectId, bytes)
      look()
      const resize = (newBytes: number): void => {
        hold.resize(newBytes)
        look()
      }
      return { resize, [Symbol.dispose]: () => hold[Symbol.dispose]() }
    },
  }
}

async function openWith(answers: ReturnType<typeof watchMemory>): Promise<TestApp> {
  const service = await openTestApp({ now: () => nowMs, answers })
  await service.store([...events, anEvent({ project_id: 2, event_type: 'other' })])
  return service
}

const limit = 40
/** A page reserves 41 times 64 KiB: of each project, one fits into it. */
const maxBytes = 6_000_000
const patient = watchMemory({ maxBytes, maxWaitMs: 60_000 })
let service: TestApp
beforeAll(async () => {
  service = await openWith(patient)
})
afterAll(async () => service[Symbol.asyncDispose]())

test('many large pages at once are all right, and are in memory a few at a time', async () => {
  const lists = ['', '&session_id=s1', '&event_type=large']
  const { body: first } = await service.get(`/events?limit=${limit}`)
  const pages = lists.flatMap((list) => [1, 2, 3].map((page) => `/events?limit=${limit}&page=${page}${list}`))
  const cursor = `/events?limit=${limit}&cursor=${first.next_cursor}`
  const answers = await Promise.all(
    [...pages, cursor, cursor, cursor].map((path) => service.get(path).expect(200)),
  )
  for (const [index, { body, headers }] of answers.entries()) {
    const page = index < pages.length ? index % 3 : 1
    const expected = events.slice(page * limit, (page + 1) * limit)
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(expected.map(({ id }) => id))
    for (const [at, { payload }] of body.data.entries()) {
      expect([at, isDeepStrictEqual(payload, JSON.parse(expected[at]?.payload ?? ''))]).toEqual([at, true])
    }
    expect(body.has_more).toBe(true)
    expect(Number(headers['content-length'])).toBeGreaterThan(limit * payloadBytes)
  }
  expect(patient.peakBytes).toBeGreaterThan(limit * payloadBytes)
  expect(patient.peakBytes).toBeLessThanOrEqual(maxBytes / 2)
  expect([patient.heldBytes, patient.waitingCount]).toEqual([0, 0])
})

test('a refused list, and one without events, leave nothing behind', async () => {
  await service.get(`/events?limit=${limit}&cursor=x`).expect(400)
  await service.get('/events?event_type=none').expect(200, /"data":\[\],"limit":50/)
  expect(patient.heldBytes).toBe(0)
})

test('a page that nobody reads keeps its own project waiting, and no other', async () => {
  // More than the buffers of a connection hold, and room for one such page of each project.
  const path = `/events?limit=${eventCount}`
  const answers = watchMemory({ maxBytes: 60_000_000, maxWaitMs: 1 })
  await using resources = new AsyncDisposableStack()
  const busy = resources.use(await openWith(answers))
  const server = resources.adopt(createServer(busy.app).listen(0, '127.0.0.1'), async (open) => {
    open.closeAllConnections()
    await open[Symbol.asyncDispose]()
  })
  await once(server, 'listening')
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo
  const asked = ask({ host: '127.0.0.1', port, path, headers: { 'X-API-Key': 'reader' } }).end()
  // What `once` gives is not typed: a response has this one argument.
  const [unread] = (await once(asked, 'response')) as [IncomingMessage]

  const { body, headers } = await busy.get(path).expect(503)
  expect(body).toMatchObject({ type: '/problems/temporary-reduced-capacity', status: 503 })
  expect(headers['retry-after']).toMatch(/^[1-5]$/)
  await busy.get(path, 'other').expect(200)
  const { text } = await busy.get('/metrics', '')
  expect(text).toMatch(/^weir_answers_in_flight_bytes 2\d{7}$/m)

  unread.destroy()
  while (answers.heldBytes > 0) await new Promise((resolve) => setImmediate(resolve))
  await busy.get(path).expect(200)
  expect(answers.heldBytes).toBe(0)
})
