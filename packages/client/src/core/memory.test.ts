import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

const testing = new URL('../testing.ts', import.meta.url).href

// An hour of a busy host, ten events each tenth of a second, while nothing answers. Only the clock is quick.
const program = `
  import { createTestWeir } from ${JSON.stringify(testing)}
  const heapBytes = () => { gc(); return process.memoryUsage().heapUsed }
  const { weir, server, clock } = createTestWeir({ post: () => { attempts += 1; return Promise.reject(new Error('ECONNREFUSED')) } })
  let attempts = 0
  const samples = []
  const ticks = 36_000
  for (let tick = 1; tick <= ticks; tick += 1) {
    for (let i = 0; i < 10; i += 1) {
      weir.log({ eventType: 'llm_query_sent', userId: 'u' + i, payload: { tick, model: 'gpt-4o', tags: ['a', 'b'], text: 'x'.repeat(200) } })
    }
    await clock.advance(100)
    if (tick % 3_600 === 0) samples.push(heapBytes())
  }
  const during = weir.stats()
  console.log(JSON.stringify({ samples, attempts, ...during }))`

test('an hour of calls while Weir is away takes no more memory than its first minutes', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--input-type=module',
    '--eval',
    program,
  ])
  // What the program prints.
  const report = JSON.parse(stdout) as {
    samples: number[]
    attempts: number
    logged: number
    pending: number
    delivered: number
    droppedBy: Record<string, number>
  }
  expect(report).toMatchObject({ logged: 360_000, pending: 10_000, delivered: 0 })
  expect(report.droppedBy['queue-full']).toBe(350_000)
  // An attempt each 30 seconds once it has waited long enough.
  expect(report.attempts).toBeGreaterThan(100)
  expect(report.attempts).toBeLessThan(200)
  const [first = 0, ...others] = report.samples
  expect(others).toHaveLength(9)
  for (const sample of others) expect(sample - first).toBeLessThan(1_000_000)
}, 120_000)
