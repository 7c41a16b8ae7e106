import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { ConfigError, parseEnvironment } from './environment.ts'

const schema = z.object({
  PORT: z.coerce.number().int().max(65_535).default(8001),
  DATABASE_URL: z.url(),
  API_KEY: z.string().min(8).optional(),
})

test('reads the variables that the schema names, and their defaults', () => {
  const parsed = parseEnvironment(schema, { DATABASE_URL: 'postgres://db/weir', HOME: '/', API_KEY: '' })
  expect(parsed).toEqual({ PORT: 8001, DATABASE_URL: 'postgres://db/weir' })
})

test('names every variable that is wrong or missing at once, without its value', () => {
  const parse = () => parseEnvironment(schema, { PORT: 'http', API_KEY: 'hunter2' })
  expect(parse).toThrow(ConfigError)
  expect(parse).toThrow(
    /^The configuration is not usable:\n {2}PORT: .*\n {2}DATABASE_URL: is missing\n {2}API_KEY: /,
  )
  expect(parse).not.toThrow(/hunter2/)
})

test('an empty variable counts as missing', () => {
  expect(() => parseEnvironment(schema, { DATABASE_URL: '' })).toThrow(/DATABASE_URL: is missing/)
})

test('takes a secret from the file that NAME_FILE names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-'))
  const path = join(folder, 'key')
  writeFileSync(path, 'from-a-file\n')
  const parsed = parseEnvironment(schema, { DATABASE_URL: 'postgres://db/weir', API_KEY_FILE: path })
  expect(parsed.API_KEY).toBe('from-a-file')
  rmSync(folder, { recursive: true })
})

test('refuses a variable that is set twice, and a file that cannot be read', () => {
  const env = { DATABASE_URL: 'postgres://db/weir', DATABASE_URL_FILE: '/a', API_KEY_FILE: '/does/not/exist' }
  expect(() => parseEnvironment(schema, env)).toThrow(
    'DATABASE_URL: is set twice, by DATABASE_URL and by DATABASE_URL_FILE\n' +
      '  API_KEY: the file that API_KEY_FILE names cannot be read (ENOENT)',
  )
})
