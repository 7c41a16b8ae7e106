import { expect, test } from '@jest/globals'
import { nodeOptions } from '@weir/runtime'
import { readConfig } from './config.ts'
import { describeServices } from './services.ts'

/** The options of Node of each service, by its name. */
function optionsIn(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const config = readConfig(env)
  const services = describeServices(config, config.addresses, 'postgres://127.0.0.1/weir', env)
  return Object.fromEntries(services.map(({ name, env: variables }) => [name, variables['NODE_OPTIONS']]))
}

test('every service is started with bounds on its garbage', () => {
  expect(optionsIn({})).toEqual(nodeOptions)
})

test('an operator may say otherwise', () => {
  const env = { SERVICE_NODE_OPTIONS: '--max-semi-space-size=32', QUERY_NODE_OPTIONS: '--trace-gc' }
  expect(optionsIn(env)).toEqual({
    producer: '--max-semi-space-size=32',
    consumer: '--max-semi-space-size=32',
    query: '--trace-gc',
  })
  expect(optionsIn({ NODE_OPTIONS: '--max-semi-space-size=64' })['producer']).toBe(
    '--max-semi-space-size=8 --max-semi-space-size=64',
  )
})
