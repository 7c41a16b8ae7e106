import { expect, test } from '@jest/globals'
import request from 'supertest'
import { createApp } from '../create-app.ts'
import { requireKey } from '../keys/require-key.ts'
import { sendProblem } from '../send-problem.ts'
import { fixedKeys } from '../testing.ts'
import { limitRequests } from './limit-requests.ts'
import { parseRateLimits } from './rate-limits.ts'
import { openRateLimitStore, type RateLimitBackend, type RateLimitStore } from './rate-limit-store.ts'

const keys = fixedKeys({
  'key-one': { id: 'k1' },
  'key-two': { id: 'k2' },
  'key-own': { id: 'k3', requestsPerMinute: 1 },
})

function limited(store: RateLimitStore, requestsPerMinute = 3) {
  const app = createApp()
  const key = requireKey(keys, 'ingest')
  app.get(
    '/log',
    key,
    limitRequests({ store, requestsPerMinute, validate: true }),
    (_req, res) => void res.end(),
  )
  const policy = '/events'
  app.get(
    policy,
    key,
    limitRequests({ store, requestsPerMinute: 1, policy, validate: true }),
    (_req, res) => void res.end(),
  )
  app.get(
    '/forgotten',
    limitRequests({ store, requestsPerMinute: 1, policy: 'x' }),
    (_req, res) => void res.end(),
  )
  app.use(sendProblem)
  return (path: string, text: string) => request(app).get(path).set('X-API-Key', text)
}

/** Counts in memory for all stores that are given it; rejects while `isAway`. */
function createFakeBackend() {
  const totals = new Map<string, number>()
  const fake = {
    isAway: false,
    totals,
    add: (increments: Parameters<RateLimitBackend['add']>[0]) => {
      if (fake.isAway) return Promise.reject(new Error('away'))
      return Promise.resolve(
        increments.map(({ key, hits, endsAtMs }) => {
          const id = `${key}@${endsAtMs}`
          totals.set(id, (totals.get(id) ?? 0) + hits)
          return totals.get(id) ?? 0
        }),
      )
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
  return fake
}

test('every answer says what is left, and the one too many is a problem', async () => {
  const startMs = Math.floor(Date.now() / 60_000) * 60_000
  await using store = openRateLimitStore({ now: () => startMs })
  const ask = limited(store)
  const answers = [await ask('/log', 'key-one'), await ask('/log', 'key-one'), await ask('/log', 'key-one')]
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(answers.map(({ headers }) => headers['ratelimit']?.split(';t=')[0])).toEqual([
    '"default";r=2',
    '"default";r=1',
    '"default";r=0',
  ])
  const refused = await ask('/log', 'key-one')
  expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
    429,
    { type: '/problems/quota-exceeded' },
  ])
  expect(refused.headers['ratelimit-policy']).toBe('"default";q=3;w=60')
  const retryAfter = Number(refused.headers['retry-after'])
  expect(retryAfter).toBeGreaterThanOrEqual(1)
  expect(refused.headers['ratelimit']).toMatch(/^"default";r=0;t=\d+$/)
})

test('each key has its own count, and may have its own limit', async () => {
  await using store = openRateLimitStore({ now: () => 0 })
  const ask = limited(store, 1)
  expect((await ask('/log', 'key-one')).status).toBe(200)
  expect((await ask('/log', 'key-one')).status).toBe(429)
  expect((await ask('/log', 'key-two')).status).toBe(200)
  const generous = limited(store, 1_000)
  expect((await generous('/log', 'key-own')).headers['ratelimit-policy']).toBe('"default";q=1;w=60')
  expect((await generous('/log', 'key-own')).status).toBe(429)
})

test('a route with a policy of its own counts apart', async () => {
  await using store = openRateLimitStore({ now: () => 0 })
  const ask = limited(store)
  expect((await ask('/events', 'key-one')).headers['ratelimit-policy']).toBe('"/events";q=1;w=60')
  expect((await ask('/events', 'key-one')).status).toBe(429)
  expect((await ask('/log', 'key-one')).status).toBe(200)
})

test('requests at the same time are counted exactly', async () => {
  await using store = openRateLimitStore({ now: () => 0 })
  const ask = limited(store, 10)
  const answers = await Promise.all(Array.from({ length: 30 }, () => ask('/log', 'key-one')))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
})

test('the next minute of the clock starts at nothing', async () => {
  let nowMs = 59_999
  await using store = openRateLimitStore({ now: () => nowMs })
  const ask = limited(store, 1)
  expect((await ask('/log', 'key-one')).status).toBe(200)
  expect((await ask('/log', 'key-one')).status).toBe(429)
  nowMs = 60_000
  expect((await ask('/log', 'key-one')).status).toBe(200)
})

test('two producers share a count from one sync to the next', async () => {
  const backend = createFakeBackend()
  await using first = openRateLimitStore({ backend, now: () => 0 })
  await using second = openRateLimitStore({ backend, now: () => 0 })
  const [askFirst, askSecond] = [limited(first, 10), limited(second, 10)]
  for (let index = 0; index < 6; index += 1) await askFirst('/log', 'key-one')
  await askSecond('/log', 'key-one')
  await first.sync()
  await second.sync()
  // 7 of 10 are gone, as the second knows now.
  expect((await askSecond('/log', 'key-one')).headers['ratelimit']).toMatch(/r=2;/)
  await askSecond('/log', 'key-one')
  await askSecond('/log', 'key-one')
  expect((await askSecond('/log', 'key-one')).status).toBe(429)
  await second.sync()
  await askFirst('/log', 'key-one')
  await first.sync()
  expect((await askFirst('/log', 'key-one')).status).toBe(429)
})

test('a count is shared by itself soon after a key comes near its limit', async () => {
  const backend = createFakeBackend()
  await using store = openRateLimitStore({ backend, now: () => 0 })
  const ask = limited(store, 4)
  const isShared = () => [...backend.totals.values()].some((total) => total > 0)
  await ask('/log', 'key-one')
  await ask('/log', 'key-one')
  while (!isShared()) await new Promise(setImmediate)
  expect(isShared()).toBe(true)
})

test('goes on limiting while the backend is away, and shares what it counted when it is back', async () => {
  const backend = createFakeBackend()
  const degraded: boolean[] = []
  await using store = openRateLimitStore({
    backend,
    now: () => 0,
    onDegraded: (isDegraded) => degraded.push(isDegraded),
  })
  const ask = limited(store, 3)
  await ask('/log', 'key-one')
  await store.sync()
  backend.isAway = true
  await ask('/log', 'key-one')
  await store.sync()
  await store.sync()
  expect([store.isDegraded, degraded]).toEqual([true, [true]])
  expect((await ask('/log', 'key-one')).status).toBe(200)
  expect((await ask('/log', 'key-one')).status).toBe(429)
  backend.isAway = false
  await store.sync()
  expect([store.isDegraded, degraded]).toEqual([false, [true, false]])
  expect([...backend.totals.values()]).toEqual([4])
})

test('a limiter without a key before it is an error, not a limit for everyone', async () => {
  await using store = openRateLimitStore()
  expect((await limited(store)('/forgotten', 'key-one')).status).toBe(500)
})

test('reads the limits of routes from text', () => {
  expect([...parseRateLimits('/log=6000, /events=600')]).toEqual([
    ['/log', 6_000],
    ['/events', 600],
  ])
  expect(parseRateLimits('').size).toBe(0)
})

test.each(['/log', 'log=5', '/log=0', '/log=-1', '/log=1e3', '/log=5,/log=6', '/log=5;/events=6'])(
  'refuses the limits %j',
  (text) => {
    expect(() => parseRateLimits(text)).toThrow(RangeError)
  },
)
