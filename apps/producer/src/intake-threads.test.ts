import { afterEach, expect, test } from '@jest/globals'
import { unpackLines } from '@weir/events'
import { plainDelivery } from '@weir/formats'
import { defaultRules } from '@weir/redaction'
import { createLogger, sleep } from '@weir/runtime'
import { acceptBody } from './accept-body.ts'
import type { AcceptedBody, IntakeRequest, RefusedBody } from './intake-request.ts'
import { IntakeThreads } from './intake-threads.ts'

let lines: string[] = []
let threads = openThreads()

function openThreads(): IntakeThreads {
  lines = []
  return new IntakeThreads(createLogger('test', 'info', { write: (line) => void lines.push(line) }), 1)
}

afterEach(async () => {
  await threads.close()
  threads = openThreads()
})

const limits = {
  maxBodyBytes: 1_048_576,
  maxEventsPerRequest: 1_000,
  maxForeignBodyBytes: 10_485_760,
  maxForeignRecords: 20_000,
  maxEventBytes: 1_000_000,
  maxAgeMs: 30 * 86_400_000,
  maxFutureMs: 86_400_000,
}

const request: IntakeRequest = {
  projectId: 1,
  receivedAtMs: Date.UTC(2026, 5, 1),
  requestId: 'r-1',
  traceId: undefined,
  spanId: undefined,
  idempotencyKey: undefined,
  delivery: plainDelivery,
  protocol: undefined,
  redaction: { projectId: 1, rules: defaultRules, hashKey: 'k' },
  limits,
}

// No such request passes the types: it stands for a body that the code was not prepared for.
const unexpected = { ...request, delivery: undefined } as unknown as IntakeRequest

/** As it comes from a socket: in memory of its own. */
function bodyOf(source: string, bytes = 10_000): Buffer {
  const text = `{"event_type":"log","source":"${source}","payload":{"x":"${'x'.repeat(bytes)}"}}`
  const body = Buffer.allocUnsafeSlow(text.length)
  body.write(text)
  return body
}

async function accept(body: Buffer, given = request): Promise<AcceptedBody | RefusedBody> {
  return threads.accept(body, given)
}

const failures = (): number => lines.filter((line) => line.includes('an intake thread failed')).length

test('the rows of a large body come back packed, and are those that the main thread would have made', async () => {
  const body = bodyOf('a')
  const here = acceptBody(Buffer.from(body), request)
  const there = await accept(body)
  if (!('rows' in here) || !('rows' in there) || there.packed === undefined) throw new Error('Not packed.')
  const unpacked = unpackLines(there.packed.frame, there.packed.lineBytes).toString()
  // The ids are new each time.
  expect(unpacked.replace(/\t[0-9a-f-]{36}\t/, '')).toBe(
    Buffer.from(here.rows)
      .toString()
      .replace(/\t[0-9a-f-]{36}\t/, ''),
  )
  expect([there.rows.byteLength, there.eventCount, there.projectId]).toEqual([0, 1, 1])
  expect(there.packed.frame.byteLength).toBeLessThan(here.rows.byteLength / 5)
})

test('a thread that a body ended is replaced', async () => {
  for (const attempt of [1, 2, 3]) {
    await expect(accept(bodyOf('a'), unexpected)).rejects.toThrow('format')
    await expect(accept(bodyOf('a'))).resolves.toMatchObject({ eventCount: 1 })
    // The thread says so when it has ended, which is after its answer.
    while (failures() < attempt) await sleep(5)
    expect(failures()).toBe(attempt)
  }
})

test('bodies that waited for a thread that ended are to be sent again, or read here where they still are', async () => {
  const [bad, handedOver, long] = await Promise.allSettled([
    accept(bodyOf('a'), unexpected),
    accept(bodyOf('b')),
    accept(bodyOf('c', 300_000)),
  ])
  expect(bad).toMatchObject({ reason: { message: expect.stringContaining('format') } })
  expect(handedOver).toMatchObject({ reason: { kind: 'temporary-reduced-capacity' } })
  expect(long).toMatchObject({ value: { eventCount: 1 } })
})

test('each body is read by the rules and limits that came with it, and has its own labels', async () => {
  const strict = { ...request, limits: { ...limits, maxEventsPerRequest: 0 } }
  const outcomes = await Promise.all([
    accept(bodyOf('a')),
    accept(bodyOf('b'), strict),
    accept(bodyOf('a'), strict),
    accept(bodyOf('b')),
    accept(bodyOf('a')),
  ])
  const sources = outcomes.map((outcome) =>
    'rows' in outcome ? outcome.tallies.map(({ source, count }) => `${source} ${count}`) : outcome.code,
  )
  expect(sources).toEqual([['a 1'], 'payload-too-large', 'payload-too-large', ['b 1'], ['a 1']])
})

test('the thread of huge bodies ends when none came for a while, and there is another for the next one', async () => {
  const told: string[] = []
  const ended = (): number => told.filter((line) => line.includes('and has ended')).length
  const write = (line: string): void => void told.push(line)
  const resting = new IntakeThreads(createLogger('test', 'debug', { write }), 1, 1)
  for (const count of [1, 2]) {
    const body = Buffer.from('x'.repeat(2 * limits.maxBodyBytes))
    await expect(resting.accept(body, request)).resolves.toMatchObject({ code: 'payload-too-large' })
    while (ended() < count) await sleep(5)
  }
  await resting.close()
})
