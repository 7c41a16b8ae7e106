import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, test } from '@jest/globals'
import { readConfig } from './config.ts'

const example = readFileSync(join(import.meta.dirname, '..', '..', '..', '.env.example'), 'utf8')

test('the example environment is the default', () => {
  expect(readConfig(parseEnv(example))).toEqual(readConfig({}))
})

test('every choice that the example environment offers can be made', () => {
  expect(() => readConfig(parseEnv(example.replaceAll(/^#(?=[A-Z_]+=)/gm, '')))).not.toThrow()
})

test('everything has a default', () => {
  expect(readConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 8002,
    statementTimeoutMs: 10_000,
    isKeyRequired: true,
    requestsPerMinute: 1_000,
    redisUrl: undefined,
  })
})

test('every malformed variable is named at once', () => {
  expect(() => readConfig({ QUERY_SERVICE_PORT: 'x', QUERY_POOL_SIZE: '0', RATE_LIMITS: 'x' })).toThrow(
    /QUERY_SERVICE_PORT[\s\S]*QUERY_POOL_SIZE[\s\S]*RATE_LIMITS/,
  )
})

test('keys can be left out on a loopback address only', () => {
  const open = { QUERY_REQUIRE_API_KEY: 'false' }
  for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) {
    expect(readConfig({ ...open, QUERY_HOST: host }).isKeyRequired).toBe(false)
  }
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'example.org']) {
    expect(() => readConfig({ ...open, QUERY_HOST: host })).toThrow(/QUERY_REQUIRE_API_KEY/)
  }
})

test.each(['true', '*', '0.0.0.0/0', '::/0', 'all'])('refuses to trust %s as a proxy', (trusted) => {
  expect(() => readConfig({ TRUST_PROXY: trusted })).toThrow(/TRUST_PROXY: /)
})

test('secrets that anybody could guess are refused in production, all at once and without their values', () => {
  const known = { DATABASE_PASSWORD: 'changeme', REDIS_URL: 'redis://:secret@redis:6379' }
  expect(() => readConfig(known)).not.toThrow()
  const read = () => readConfig({ ...known, NODE_ENV: 'production' })
  expect(read).toThrow(/DATABASE_PASSWORD: has a value[\s\S]*REDIS_URL: has a value/)
  expect(read).not.toThrow(/changeme|test-key/)
})
