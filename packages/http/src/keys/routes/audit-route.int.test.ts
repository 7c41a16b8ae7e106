import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { openTestDatabase, type TestDatabase } from '@weir/database/testing'
import { createLogger } from '@weir/runtime'
import type { Express } from 'express'
import request from 'supertest'
import { createApp } from '../../create-app.ts'
import { identifyRequest } from '../../request-identity.ts'
import { sendProblem } from '../../send-problem.ts'
import { fixedKeys } from '../../testing.ts'
import { bootstrapKeys, ensureAdminKey } from '../bootstrap-keys.ts'
import { createKey, findOrCreateProject, revokeKey, rotateKey } from '../manage-keys.ts'
import { requireKey } from '../require-key.ts'
import { auditAnswer, listAuditLogRoute } from './audit-route.ts'
import { createKeyRoute, revokeKeyRoute, rotateKeyRoute } from './key-routes.ts'
import { createdKeyAnswer } from './key-schemas.ts'

let database: TestDatabase
let app: Express
let projectId: number

beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(async () => database[Symbol.asyncDispose]())

/** The log only grows, so each test has a project of its own. */
beforeEach(async () => {
  const { db } = database
  projectId = await findOrCreateProject(db, crypto.randomUUID())
  const keys = fixedKeys({ 'the-admin-key': { id: 'boss', projectId } })
  app = createApp()
  app.use(identifyRequest(createLogger('test', 'silent')))
  app.use('/admin', requireKey(keys, 'admin'))
  app.get('/admin/audit', listAuditLogRoute(db))
  app.post('/admin/keys', createKeyRoute(db))
  app.delete('/admin/keys/:id', revokeKeyRoute(db))
  app.post('/admin/keys/:id/rotate', rotateKeyRoute(db))
  app.use(sendProblem)
})

const ask = (method: 'get' | 'post' | 'delete', path: string) =>
  request(app)[method](path).set('X-API-Key', 'the-admin-key').set('X-Request-Id', 'r-1')

const readLog = async (query = '') => auditAnswer.parse((await ask('get', `/admin/audit${query}`)).body)

test('each action over HTTP leaves one row that says who, what, when, from where, and no secret', async () => {
  const created = createdKeyAnswer.parse(
    (await ask('post', '/admin/keys').send({ name: 'kong', scopes: ['ingest'] })).body,
  )
  const rotated = createdKeyAnswer.parse((await ask('post', `/admin/keys/${created.id}/rotate`)).body)
  await ask('delete', `/admin/keys/${rotated.id}`)
  const { data } = await readLog()
  const whoAndWhere = { actor: 'boss', address: expect.stringMatching(/127\.0\.0\.1$/), request_id: 'r-1' }
  expect(data).toMatchObject([
    { ...whoAndWhere, action: 'key.revoke', target: rotated.id },
    { ...whoAndWhere, action: 'key.rotate', target: created.id, details: { successor: rotated.id } },
    {
      ...whoAndWhere,
      action: 'key.create',
      target: created.id,
      details: { name: 'kong', scopes: ['ingest'] },
    },
  ])
  for (const { key } of [created, rotated]) expect(JSON.stringify(data)).not.toContain(key.slice(-40))
})

test('what changes nothing leaves no row', async () => {
  expect((await ask('delete', '/admin/keys/none')).status).toBe(404)
  expect((await ask('post', '/admin/keys/none/rotate')).status).toBe(404)
  expect((await ask('post', '/admin/keys').send({ name: '' })).status).toBe(400)
  expect((await readLog()).data).toEqual([])
})

test('an action that cannot be recorded is not done', async () => {
  const { pool } = database
  await pool.query('alter table audit_log rename to audit_log_away')
  try {
    const answer = await ask('post', '/admin/keys').send({ name: 'kong', scopes: ['ingest'] })
    expect(answer.status).toBe(500)
  } finally {
    await pool.query('alter table audit_log_away rename to audit_log')
  }
  const { rowCount } = await pool.query('select from api_keys where project_id = $1', [projectId])
  expect(rowCount).toBe(0)
})

test('the command line, the environment and the first start leave rows', async () => {
  const { db, pool } = database
  const by = { actor: 'cli' }
  const { key } = await createKey(db, { projectId, name: 'a', scopes: ['read'] }, by)
  await rotateKey(db, key.id, {}, by)
  await revokeKey(db, key.id, {}, by)
  const ofCli = (await readLog()).data.map(({ actor, action }) => `${actor} ${action}`)
  expect(ofCli).toEqual(['cli key.revoke', 'cli key.rotate', 'cli key.create'])

  await pool.query('delete from api_keys where rotated_from is not null')
  await pool.query('delete from api_keys')
  await ensureAdminKey(db)
  await bootstrapKeys(db, { ADMIN_API_KEY: 'an-admin-key' })
  await bootstrapKeys(db, { ADMIN_API_KEY: 'an-admin-key' })
  const { rows } = await pool.query<{ row: string }>(
    `select actor || ' ' || action as row from audit_log where actor in ('environment', 'first-start') order by id`,
  )
  expect(rows.map(({ row }) => row)).toEqual(['first-start key.create', 'environment key.put'])
})

test('pages follow each other, newest first, and other projects are not there', async () => {
  const other = await findOrCreateProject(database.db, crypto.randomUUID())
  await createKey(database.db, { projectId: other, name: 'theirs', scopes: ['read'] })
  for (const name of ['a', 'b', 'c']) await createKey(database.db, { projectId, name, scopes: ['read'] })
  const first = await readLog('?limit=2')
  const second = await readLog(`?limit=2&before=${first.next_before}`)
  expect([...first.data, ...second.data].map(({ details }) => details['name'])).toEqual(['c', 'b', 'a'])
  expect(second.next_before).toBeUndefined()
})

test.each(['?limit=0', '?limit=1001', '?before=x', '?before=0', `?before=${'9'.repeat(19)}`, '?x=1'])(
  'refuses %s',
  async (query) => {
    expect((await ask('get', `/admin/audit${query}`)).status).toBe(400)
  },
)
