import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { namesDatabase, readConfig } from './config.ts'

test('without a database in the environment there is an own one, and everything lies in one folder', () => {
  const config = readConfig({ WEIR_HOME: '/srv/weir' })
  expect(config.databaseUrl).toBeUndefined()
  expect(config.journalDirectory).toBe(join('/srv/weir', 'journal'))
  expect(config.logLevel).toBe('warn')
})

test('the folder of the command line wins', () => {
  expect(readConfig({ WEIR_HOME: '/srv/weir' }, '/srv/other').home).toBe('/srv/other')
})

test.each(['DATABASE_URL', 'DATABASE_HOST', 'DATABASE_PASSWORD_FILE'])('%s names a database', (name) => {
  expect(namesDatabase({ [name]: 'x' })).toBe(true)
  expect(namesDatabase({ [name]: '' })).toBe(false)
})
