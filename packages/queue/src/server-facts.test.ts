import { expect, test } from '@jest/globals'
import { judgeRedis, readRedisFacts } from './server-facts.ts'

const info =
  '# Memory\r\nused_memory:1500000\r\nused_memory_human:1.43M\r\nmaxmemory:20000000\r\nmaxmemory_human:19.07M\r\n' +
  'maxmemory_policy:noeviction\r\n# Persistence\r\naof_enabled:1\r\n'

test('reads what Redis says about itself', () => {
  const facts = { usedBytes: 1_500_000, maxBytes: 20_000_000, evictionPolicy: 'noeviction', isAofOn: true }
  expect(readRedisFacts(info)).toEqual(facts)
  expect(judgeRedis(facts)).toEqual({ refusals: [], warnings: [] })
})

test('a Redis that evicts is refused; one without a limit or a file of its own is warned about', () => {
  const facts = { usedBytes: 1, maxBytes: 0, evictionPolicy: 'allkeys-lru', isAofOn: false }
  expect(judgeRedis(facts)).toEqual({
    refusals: [expect.stringContaining('allkeys-lru: set it to noeviction')],
    warnings: [expect.stringContaining('no maxmemory'), expect.stringContaining('set appendonly to yes')],
  })
})
