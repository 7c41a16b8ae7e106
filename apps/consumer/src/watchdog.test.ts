import { expect, test } from '@jest/globals'
import { Breaker } from '@weir/runtime'
import { Progress } from './progress.ts'
import { startWatchdog } from './watchdog.ts'

/** A consumer that looks every millisecond, on a clock and servers that are as the test says. */
function start(state: {
  waiting?: number
  pending?: number
  isQueueAway?: boolean
  isDatabaseAway?: boolean
}) {
  let nowMs = 0
  let next = Promise.withResolvers<void>()
  const failures: string[] = []
  const progress = new Progress(() => nowMs)
  const breakers = { queue: new Breaker(), postgresql: new Breaker() }
  const watchdog = startWatchdog({
    progress,
    breakers,
    intervalMs: 1,
    queue: {
      counts() {
        next.resolve()
        next = Promise.withResolvers()
        const counts = { waiting: state.waiting ?? 0, active: 0, delayed: 0, failed: 0 }
        return state.isQueueAway === true ? Promise.reject(new Error('away')) : Promise.resolve(counts)
      },
    },
    writer: {
      get pending() {
        return state.pending ?? 0
      },
    },
    pingDatabase: () =>
      state.isDatabaseAway === true ? Promise.reject(new Error('away')) : Promise.resolve(),
    fail: (error) => failures.push(error.message),
  })
  return {
    failures,
    progress,
    breakers,
    looked: async () => {
      for (let look = 0; look < 3; look += 1) await next.promise
    },
    wait: (durationMs: number) => void (nowMs += durationMs),
    close: () => watchdog.close(),
  }
}

test.each([
  ['jobs wait in the queue', { waiting: 5 }],
  ['batches wait here', { pending: 2 }],
])('it ends the process when %s and nothing was stored for a minute, once', async (_name, state) => {
  const { failures, looked, wait, close } = start(state)
  await looked()
  expect(failures).toEqual([])
  wait(61_000)
  while (failures.length === 0) await new Promise(setImmediate)
  await close()
  expect(failures).toEqual([expect.stringContaining('Nothing was stored for 61 s')])
})

test.each([
  ['nothing waits', {}],
  ['PostgreSQL does not answer', { pending: 1, isDatabaseAway: true }],
])('it lets the process live while %s', async (_name, state) => {
  const { failures, progress, looked, wait, close } = start(state)
  for (let minute = 0; minute < 3; minute += 1) {
    wait(61_000)
    await looked()
  }
  await close()
  expect([failures, progress.isAlive]).toEqual([[], true])
})

test('it lets the process live while the queue does not answer, and says so to its breaker', async () => {
  const { failures, breakers, wait, close } = start({ pending: 1, isQueueAway: true })
  wait(61_000)
  while (breakers.queue.state !== 'open') await new Promise(setImmediate)
  await close()
  expect(failures).toEqual([])
})

test('it lets the process live while the database is known not to work', async () => {
  const { failures, breakers, looked, wait, close } = start({ pending: 1 })
  for (let failure = 0; failure < 5; failure += 1) breakers.postgresql.failed(new Error('full disk'))
  wait(61_000)
  await looked()
  await close()
  expect(failures).toEqual([])
})
