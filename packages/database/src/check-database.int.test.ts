import { expect, test } from '@jest/globals'
import { checkDatabase, judgeDatabase } from './check-database.ts'
import { openTestDatabase } from './testing.ts'

const good = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  encoding: 'UTF8',
  version: 150_004,
}

test('a durable server that agrees on the time has nothing against it', () => {
  expect(judgeDatabase(good, 800)).toEqual({ refusals: [], warnings: [] })
  for (const synchronous_commit of ['local', 'remote_write', 'remote_apply'])
    expect(judgeDatabase({ ...good, synchronous_commit }, 0).refusals).toEqual([])
})

test('what would lose or refuse events is refused, each with what to change', () => {
  const bad = {
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    encoding: 'LATIN1',
    version: 140_009,
  }
  expect(judgeDatabase(bad, 0).refusals).toEqual([
    expect.stringContaining('fsync = off: set it to on'),
    expect.stringContaining('full_page_writes = off: set it to on'),
    expect.stringContaining('synchronous_commit = off: set it to on'),
    expect.stringContaining("LATIN1: create it anew with: create database … encoding 'UTF8'"),
    expect.stringContaining('version 14: Weir needs 15 or newer'),
  ])
})

test('clocks that are seconds apart are a warning, clocks that are hours apart a refusal', () => {
  expect(judgeDatabase(good, -6_000)).toEqual({
    refusals: [],
    warnings: [expect.stringContaining('6 s behind')],
  })
  expect(judgeDatabase(good, 7_200_000)).toEqual({
    refusals: [expect.stringContaining('7200 s ahead of')],
    warnings: [],
  })
})

test('the settings and the clock are those of the server, as this session has them', async () => {
  await using database = await openTestDatabase()
  const { rows } = await database.pool.query<{ fsync: string }>('show fsync')
  const isDurable = rows[0]?.fsync === 'on'
  const { refusals, warnings } = await checkDatabase(database.pool)
  expect(refusals.some((line) => line.includes('fsync'))).toBe(!isDurable)
  expect(refusals.some((line) => line.includes('synchronous_commit'))).toBe(false)
  expect(warnings).toEqual([])
  const name = new URL(database.url).pathname.slice(1)
  await database.pool.query(`alter database ${name} set synchronous_commit = off`)
  const session = await database.pool.connect()
  await session.query('set synchronous_commit = off')
  expect((await checkDatabase(session)).refusals).toContainEqual(
    expect.stringContaining('synchronous_commit'),
  )
  session.release(true)
  // A clock of this machine that is a day behind.
  const verdict = await checkDatabase(database.pool, () => Date.now() - 86_400_000)
  expect(verdict.refusals).toContainEqual(expect.stringContaining('86400 s ahead of'))
})
