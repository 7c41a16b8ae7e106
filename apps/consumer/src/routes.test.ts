import { expect, test } from '@jest/globals'
import { listRoutes } from '@weir/http/testing'
import { createLogger, createMetrics } from '@weir/runtime'
import { createConsumerApp } from './app.ts'
import { createBreakers } from './breakers.ts'
import { Progress } from './progress.ts'

test('the consumer answers nothing but its health and its metrics, which are for everybody', () => {
  const logger = createLogger('test', 'silent')
  const breakers = createBreakers(logger)
  const readiness = { breakers, isPrepared: () => true, isStopping: () => false }
  const app = createConsumerApp({ logger, metrics: createMetrics(), progress: new Progress(), readiness })
  // A route that is to need a key: the consumer has no key store yet. Give it one, and a table as the producer has.
  expect(listRoutes(app)).toEqual(['GET /health', 'GET /health/ready', 'GET /metrics'])
})
