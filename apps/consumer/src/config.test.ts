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

test('every malformed variable is named at once', () => {
  expect(() => readConfig({ CONSUMER_PORT: 'x', DATABASE_PORT: '0', LOG_LEVEL: 'loud' })).toThrow(
    /(?=[\s\S]*CONSUMER_PORT)(?=[\s\S]*DATABASE_PORT)(?=[\s\S]*LOG_LEVEL)/,
  )
})

test('secrets that anybody could guess are refused in production, all at once and without their values', () => {
  const known = { DATABASE_URL: 'postgres://weir:changeme@db/weir', REDIS_PASSWORD: 'password' }
  expect(() => readConfig(known)).not.toThrow()
  const read = () => readConfig({ ...known, NODE_ENV: 'production' })
  expect(read).toThrow(/DATABASE_URL: has a value[\s\S]*REDIS_PASSWORD: has a value/)
  expect(read).not.toThrow(/changeme|test-key/)
})
