import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { inTransaction } from './in-transaction.ts'
import { recordAdminAction } from './record-admin-action.ts'
import { openTestDatabase, type TestDatabase } from './testing.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
  await inTransaction(database.db, (transaction) =>
    recordAdminAction(transaction, { actor: 'cli' }, { action: 'key.create', target: 'k1', projectId: 1 }),
  )
})
afterAll(async () => database[Symbol.asyncDispose]())

const countRows = async (): Promise<number> =>
  (await database.pool.query('select from audit_log')).rowCount ?? 0

test.each([
  'update audit_log set actor = null',
  'delete from audit_log',
  'delete from audit_log where false',
  'truncate audit_log',
])('%s is refused, to the owner too', async (statement) => {
  await expect(database.pool.query(statement)).rejects.toMatchObject({ code: '42501' })
  expect(await countRows()).toBe(1)
})

test('an action that is rolled back leaves no row', async () => {
  const rolledBack = inTransaction(database.db, async (transaction) => {
    await recordAdminAction(transaction, { actor: 'k1' }, { action: 'key.revoke', target: 'k2' })
    throw new Error('later')
  })
  await expect(rolledBack).rejects.toThrow('later')
  expect(await countRows()).toBe(1)
})

test('work in a transaction that is open already is part of it', async () => {
  const rolledBack = database.db.transaction().execute(async (outer) => {
    await inTransaction(outer, (inner) =>
      recordAdminAction(inner, { actor: 'k1' }, { action: 'key.revoke', target: 'k2' }),
    )
    throw new Error('later')
  })
  await expect(rolledBack).rejects.toThrow('later')
  expect(await countRows()).toBe(1)
})
