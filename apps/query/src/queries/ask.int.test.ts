import { expect, test } from '@jest/globals'
import { openPool } from '@weir/database'
import { openTestDatabase } from '@weir/database/testing'
import { ask, askByIndex, inSnapshot, sql } from './ask.ts'

function quickPool(url: string) {
  return openPool(
    { url, poolSize: 1, applicationName: 'test', statementTimeoutMs: 50, connectTimeoutMs: 500 },
    () => undefined,
  )
}

const slow = sql<{ waited: string }>`select pg_sleep(5)::text as waited`

test('a statement that takes too long is query-timeout, and the connection is kept', async () => {
  await using database = await openTestDatabase()
  const pool = quickPool(database.url)
  const timedOut = expect.objectContaining({ kind: 'query-timeout', headers: { 'Retry-After': '5' } })
  await expect(ask(pool, slow)).rejects.toEqual(timedOut)
  await expect(askByIndex(pool, (reader) => ask(reader, slow))).rejects.toEqual(timedOut)
  expect(await ask(pool, sql<{ one: number }>`select 1 as one`)).toEqual([{ one: 1 }])
  await pool.end()
})

test('a server that is away is temporary-reduced-capacity', async () => {
  const pool = quickPool('postgres://nobody@127.0.0.1:1/none')
  const away = expect.objectContaining({ kind: 'temporary-reduced-capacity' })
  await expect(ask(pool, slow)).rejects.toEqual(away)
  await expect(inSnapshot(pool, '', (reader) => ask(reader, slow))).rejects.toEqual(away)
  await pool.end()
})

test('a connection that is cut is temporary-reduced-capacity, and the next question is answered', async () => {
  await using database = await openTestDatabase()
  const pool = openPool(
    { url: database.url, poolSize: 1, applicationName: 'cut', statementTimeoutMs: 5_000 },
    () => undefined,
  )
  const cut = ask(pool, sql<{ ended: boolean }>`select pg_terminate_backend(pg_backend_pid()) as ended`)
  await expect(cut).rejects.toEqual(expect.objectContaining({ kind: 'temporary-reduced-capacity' }))
  expect(await ask(pool, sql<{ one: number }>`select 1 as one`)).toEqual([{ one: 1 }])
  await pool.end()
})

test('questions of a snapshot see one state, and change nothing', async () => {
  await using database = await openTestDatabase()
  const count = sql<{ projects: number }>`select count(*)::int as projects from projects`
  await inSnapshot(database.pool, '', async (reader) => {
    const before = await ask(reader, count)
    await database.pool.query(`insert into projects (name) values ('another')`)
    expect(await ask(reader, count)).toEqual(before)
  })
  const write = sql<{ id: number }>`insert into projects (name) values ('x') returning id`
  await expect(inSnapshot(database.pool, '', (reader) => ask(reader, write))).rejects.toThrow(/read-only/)
})
