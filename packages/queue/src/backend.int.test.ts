import { expect, test } from '@jest/globals'
import { Pool } from 'pg'
import { postgresConnection } from './backend.ts'

test('a connection that PostgreSQL ends while BullMQ has it taken does not end the process', async () => {
  const pool = new Pool(postgresConnection({ url: process.env['DATABASE_URL'] ?? '' }, 2))
  pool.on('error', () => undefined)
  const taken = await pool.connect()
  const { rows } = await taken.query<{ pid: number }>('select pg_backend_pid() as pid')
  // Not `once`, which would listen to errors too: one that nobody listens to ends the process, or here the test.
  const ended = new Promise<void>((resolve) => taken.once('end', resolve))
  await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
  await ended
  await expect(taken.query('select 1')).rejects.toThrow()
  taken.release(true)
  await pool.end()
})
