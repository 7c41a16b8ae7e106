import { expect, test } from '@jest/globals'
import { openPool } from './open-database.ts'

test('a connection that is lost while it is in use ends neither the process nor the pool', async () => {
  const url = process.env['DATABASE_URL'] ?? ''
  const pool = openPool(
    { url, poolSize: 2, applicationName: 'test', statementTimeoutMs: 10_000 },
    () => undefined,
  )
  const client = await pool.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const ended = new Promise((resolve) => client.once('end', () => resolve(undefined)))
  await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
  await ended

  await expect(client.query('select 1')).rejects.toThrow()
  client.release(true)
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  await pool.end()
})

test('a connection that the server left without an answer is not used again', async () => {
  const url = process.env['DATABASE_URL'] ?? ''
  const pool = openPool(
    { url, poolSize: 1, applicationName: 'test', statementTimeoutMs: 100 },
    () => undefined,
  )
  const client = await pool.connect()
  await client.query('set statement_timeout = 0')
  await expect(client.query('select pg_sleep(600)')).rejects.toThrow('Query read timeout')
  client.release()

  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  await pool.end()
})

test('a transaction that is not gone on with is ended by the server, and lets go of its locks', async () => {
  const url = process.env['DATABASE_URL'] ?? ''
  const options = { url, poolSize: 2, applicationName: 'test', statementTimeoutMs: 10_000 }
  const pool = openPool({ ...options, idleInTransactionTimeoutMs: 100 }, () => undefined)
  const client = await pool.connect()
  await client.query('begin')
  await client.query('select pg_advisory_xact_lock(736251)')

  await pool.query('select pg_advisory_xact_lock(736251)')
  await expect(client.query('select 1')).rejects.toThrow()
  client.release(true)
  await pool.end()
})
