import { expect, test } from '@jest/globals'
import { postgresArguments } from './postgres-settings.ts'

test('a caller changes the tuning, and cannot open PostgreSQL to the network', () => {
  const args = postgresArguments('/data', 5000, {
    fsync: 'off',
    max_connections: '200',
    listen_addresses: '*',
  })

  expect(args.slice(0, 2)).toEqual(['-D', '/data'])
  expect(args).toEqual(expect.arrayContaining(['fsync=off', 'max_connections=200', 'port=5000']))
  expect(args.filter((arg) => arg.startsWith('listen_addresses'))).toEqual(['listen_addresses=127.0.0.1'])
})

test('what PostgreSQL acknowledges is durable unless the caller says otherwise', () => {
  expect(postgresArguments('/data', 5000, {})).toEqual(
    expect.arrayContaining(['fsync=on', 'synchronous_commit=on', 'full_page_writes=on']),
  )
})
