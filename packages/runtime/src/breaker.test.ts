import { expect, test } from '@jest/globals'
import { Breaker } from './breaker.ts'
import { createMetrics } from './metrics.ts'
import { watchBreakers } from './watch-breakers.ts'

function start() {
  let nowMs = 0
  const heard: string[] = []
  const breaker = new Breaker({
    now: () => nowMs,
    // Waits are as long as they get.
    random: () => 1,
    onChange: (state, error) => heard.push(error instanceof Error ? `${state}: ${error.message}` : state),
  })
  const fail = (times = 1) => {
    for (let time = 0; time < times; time += 1) breaker.failed(new Error('away'))
  }
  return { breaker, heard, fail, wait: (durationMs: number) => void (nowMs += durationMs) }
}

test('everybody passes while the dependency works', () => {
  const { breaker, heard } = start()
  breaker.succeeded()
  expect([breaker.tryPass(), breaker.tryPass(), breaker.state, heard]).toEqual([true, true, 'closed', []])
})

test('a failure alone only delays the next try', () => {
  const { breaker, heard, fail, wait } = start()
  fail()
  expect([breaker.tryPass(), breaker.state]).toEqual([false, 'closed'])
  wait(50)
  expect(breaker.tryPass()).toBe(true)
  breaker.succeeded()
  fail(4)
  expect([breaker.state, heard]).toEqual(['closed', []])
})

test('five failures open it, and so do failures over two seconds', () => {
  const many = start()
  many.fail(5)
  expect([many.breaker.state, many.heard]).toEqual(['open', ['open: away']])
  const slow = start()
  slow.fail()
  slow.wait(2_000)
  slow.fail()
  expect([slow.breaker.state, slow.breaker.openings]).toEqual(['open', 1])
})

test('while it is open one caller probes at a time, at ever longer intervals up to two seconds', () => {
  const { breaker, heard, fail, wait } = start()
  fail(7)
  for (const intervalMs of [500, 1_000, 2_000, 2_000]) {
    wait(intervalMs - 1)
    expect(breaker.tryPass()).toBe(false)
    wait(1)
    expect([breaker.tryPass(), breaker.state, breaker.tryPass()]).toEqual([true, 'half-open', false])
    fail()
    expect(breaker.state).toBe('open')
  }
  wait(2_000)
  expect(breaker.tryPass()).toBe(true)
  breaker.succeeded()
  expect([breaker.state, breaker.tryPass(), breaker.openings]).toEqual(['closed', true, 1])
  expect(heard).toEqual(['open: away', 'closed'])
})

test('a probe that never ends does not keep the others out for ever', () => {
  const { breaker, fail, wait } = start()
  fail(5)
  wait(500)
  expect([breaker.tryPass(), breaker.tryPass()]).toEqual([true, false])
  wait(35_000)
  expect(breaker.tryPass()).toBe(true)
})

test('those who wait pass when the probe of another succeeds, or when they stop', async () => {
  const { breaker, fail, wait } = start()
  fail(5)
  const stop = new AbortController()
  const waiting = breaker.pass(new AbortController().signal)
  const stopped = breaker.pass(stop.signal)
  stop.abort()
  await stopped
  wait(500)
  expect(breaker.tryPass()).toBe(true)
  breaker.succeeded()
  await waiting
})

test('its state is a metric', async () => {
  const { breaker, fail } = start()
  const metrics = createMetrics()
  watchBreakers(metrics, { queue: breaker })
  expect(await metrics.registry.metrics()).toContain('weir_breaker_state{dependency="queue"} 0')
  fail(5)
  const text = await metrics.registry.metrics()
  expect(text).toContain('weir_breaker_state{dependency="queue"} 2')
  expect(text).toContain('weir_breaker_openings_total{dependency="queue"} 1')
})
