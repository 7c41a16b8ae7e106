import { expect, test } from '@jest/globals'
import { createLogger } from '@weir/runtime'
import { QueueGate } from './queue-gate.ts'

const logger = createLogger('test', 'silent')
const { signal } = new AbortController()

function start(maxBytes: number | undefined) {
  const redis = { usedBytes: 0, waiting: 1, asked: 0, isAway: false }
  let nowMs = 0
  const gate = new QueueGate({
    logger,
    now: () => nowMs,
    queue: {
      redisFacts() {
        redis.asked += 1
        if (redis.isAway) return Promise.reject(new Error('away'))
        const facts = { usedBytes: redis.usedBytes, maxBytes: maxBytes ?? 0 }
        return Promise.resolve(
          maxBytes === undefined ? undefined : { ...facts, evictionPolicy: 'noeviction', isAofOn: true },
        )
      },
      counts: () => Promise.resolve({ waiting: redis.waiting, active: 0, delayed: 0, failed: 0 }),
    },
  })
  return { gate, redis, wait: (durationMs: number) => void (nowMs += durationMs) }
}

/** Whether somebody who wants to add has to wait. */
async function isHeldUp(gate: QueueGate): Promise<boolean> {
  const stop = new AbortController()
  const opened = gate.opened(stop.signal).then(() => false)
  const isWaiting = new Promise<boolean>((resolve) => setImmediate(() => setImmediate(() => resolve(true))))
  const result = await Promise.race([opened, isWaiting])
  stop.abort()
  await opened
  return result
}

test('nothing is added from 70 % of the limit on, until it is down to 55 %', async () => {
  const { gate, redis, wait } = start(1_000)
  const at = async (usedBytes: number) => {
    wait(250)
    redis.usedBytes = usedBytes
    return isHeldUp(gate)
  }
  expect([await at(600), await at(699), await at(700)]).toEqual([false, false, true])
  expect([gate.isClosed, gate.ratio]).toEqual([true, 0.7])
  expect([await at(560), await at(550), await at(690)]).toEqual([true, false, false])
})

test('what was added since Redis was asked counts, and Redis is asked again before it is too much', async () => {
  const { gate, redis } = start(1_000)
  await gate.opened(signal)
  await gate.opened(signal)
  expect(redis.asked).toBe(1)
  gate.added(500)
  await gate.opened(signal)
  expect([redis.asked, gate.isClosed]).toEqual([2, false])
})

test('an empty queue is given more as long as there is room, whatever else fills Redis', async () => {
  const { gate, redis, wait } = start(1_000)
  redis.usedBytes = 720
  expect(await isHeldUp(gate)).toBe(true)
  redis.usedBytes = 650
  expect(await isHeldUp(gate)).toBe(true)
  redis.waiting = 0
  wait(250)
  expect(await isHeldUp(gate)).toBe(false)
})

test('without a limit, with the queue in PostgreSQL and with a Redis that is away, nobody is held up', async () => {
  const unlimited = start(0)
  unlimited.redis.usedBytes = 10 ** 12
  expect([await isHeldUp(unlimited.gate), unlimited.gate.ratio]).toEqual([false, 0])
  expect(await isHeldUp(start(undefined).gate)).toBe(false)
  const away = start(1_000)
  away.redis.isAway = true
  expect(await isHeldUp(away.gate)).toBe(false)
})
