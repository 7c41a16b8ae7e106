import { expect, test } from '@jest/globals'
import { Breaker } from '@weir/runtime'
import { DatabaseError } from 'pg'
import { guardPool } from './guard-pool.ts'

/** A pool whose server answers with what the test says, on a breaker whose clock the test has. */
function start() {
  let nowMs = 0
  const server: { asked: number; error: Error | undefined } = { asked: 0, error: undefined }
  const breaker = new Breaker({ now: () => nowMs, random: () => 1 })
  const ask = () => {
    server.asked += 1
    return server.error === undefined ? Promise.resolve({ rows: [] }) : Promise.reject(server.error)
  }
  // What a pool has beside these two is not called.
  const pool = guardPool({ query: ask, connect: ask } as unknown as Parameters<typeof guardPool>[0], breaker)
  const outcome = () =>
    pool.query('select 1').then(
      () => 'answered',
      (error: unknown) => (error instanceof Error ? error.name : ''),
    )
  return { server, breaker, outcome, wait: (durationMs: number) => void (nowMs += durationMs) }
}

test('questions are refused at once while the server is away, and answered once it is back', async () => {
  const { server, breaker, outcome, wait } = start()
  server.error = new Error('Query read timeout')
  for (let failure = 0; failure < 5; failure += 1) expect(await outcome()).toBe('Error')
  const { asked } = server
  expect([breaker.state, await outcome()]).toEqual(['open', 'Problem'])
  expect(server.asked).toBe(asked)
  server.error = undefined
  wait(2_000)
  expect([await outcome(), breaker.state]).toEqual(['answered', 'closed'])
})

test('what the server itself answers is no outage', async () => {
  const { server, breaker, outcome } = start()
  server.error = Object.assign(new DatabaseError('canceling statement', 0, 'error'), { code: '57014' })
  for (let failure = 0; failure < 9; failure += 1) await outcome()
  expect([breaker.state, server.asked]).toEqual(['closed', 9])
})
