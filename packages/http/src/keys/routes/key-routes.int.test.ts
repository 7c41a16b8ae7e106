import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openTestDatabase, type TestDatabase } from '@weir/database/testing'
import { createLogger } from '@weir/runtime'
import type { Express } from 'express'
import request from 'supertest'
import { createApp } from '../../create-app.ts'
import { identifyRequest } from '../../request-identity.ts'
import { sendProblem } from '../../send-problem.ts'
import { fixedKeys } from '../../testing.ts'
import { createKey, findOrCreateProject } from '../manage-keys.ts'
import { requireKey } from '../require-key.ts'
import { createKeyRoute, listKeysRoute, revokeKeyRoute, rotateKeyRoute } from './key-routes.ts'
import { createdKeyAnswer, keyListAnswer } from './key-schemas.ts'

let database: TestDatabase
let app: Express
const lines: string[] = []

beforeAll(async () => {
  database = await openTestDatabase()
  const { db } = database
  const projectId = await findOrCreateProject(db, 'default')
  const keys = fixedKeys({
    'the-admin-key': { id: 'admin', projectId },
    'the-ingest-key': { scopes: ['ingest'], projectId },
  })
  const admin = requireKey(keys, 'admin')
  app = createApp()
  app.use(identifyRequest(createLogger('test', 'info', { write: (line) => void lines.push(line) })))
  app.post('/admin/keys', admin, createKeyRoute(db))
  app.get('/admin/keys', admin, listKeysRoute(db))
  app.delete('/admin/keys/:id', admin, revokeKeyRoute(db))
  app.post('/admin/keys/:id/rotate', admin, rotateKeyRoute(db))
  app.use(sendProblem)
})
afterAll(async () => database[Symbol.asyncDispose]())

const post = (path: string) => request(app).post(path).set('X-API-Key', 'the-admin-key')

test('a key is created, listed without its text, rotated and revoked', async () => {
  const body = {
    name: 'kong',
    scopes: ['ingest'],
    environment: 'prod',
    allowed_ips: ['10.0.0.0/8'],
    requests_per_minute: 600,
    expires_at: '2099-01-01T00:00:00+02:00',
  }
  const response = await post('/admin/keys').send(body)
  expect(response.status).toBe(201)
  const created = createdKeyAnswer.parse(response.body)
  expect(created).toMatchObject({ ...body, expires_at: '2098-12-31T22:00:00.000Z' })
  expect(created.key).toMatch(/^wk_prod_/)

  const rotated = createdKeyAnswer.parse(
    (await post(`/admin/keys/${created.id}/rotate`).send({ overlap_seconds: 60 })).body,
  )
  expect(rotated).toMatchObject({ name: 'kong', rotated_from: created.id })
  expect((await post(`/admin/keys/${rotated.id}/rotate`)).status).toBe(201)
  const revoke = () => request(app).delete(`/admin/keys/${created.id}`).set('X-API-Key', 'the-admin-key')
  expect([(await revoke()).status, (await revoke()).status]).toEqual([204, 404])

  const listing = await request(app).get('/admin/keys?limit=2').set('X-API-Key', 'the-admin-key')
  const list = keyListAnswer.parse(listing.body)
  expect(list.data).toHaveLength(2)
  const rest = await request(app)
    .get(`/admin/keys?after=${list.next_after}`)
    .set('X-API-Key', 'the-admin-key')
  const all = [...list.data, ...keyListAnswer.parse(rest.body).data]
  expect(all.find(({ id }) => id === created.id)?.revoked_at).toBeDefined()
  expect(all).toHaveLength(3)
  expect(listing.text + rest.text + lines.join('')).not.toContain(created.key.slice(20))
  expect(lines.join('')).toContain(`"keyId":"${created.id}","byKeyId":"admin","msg":"key created"`)
})

test.each([
  ['{}', 'validation-failed', '#/name'],
  ['{"name":', 'invalid-json', undefined],
  ['[]', 'validation-failed', '#'],
  ['{"name":"a","scopes":[]}', 'validation-failed', '#/scopes'],
  ['{"name":"a","scopes":["root"]}', 'validation-failed', '#/scopes/0'],
  ['{"name":"","scopes":["read"]}', 'validation-failed', '#/name'],
  ['{"name":"a\\u0000","scopes":["read"]}', 'validation-failed', '#/name'],
  ['{"name":"a","scopes":["read"],"project_id":2}', 'validation-failed', '#'],
  ['{"name":"a","scopes":["read"],"environment":"Prod"}', 'validation-failed', '#/environment'],
  ['{"name":"a","scopes":["read"],"allowed_ips":["home"]}', 'validation-failed', '#/allowed_ips/0'],
  ['{"name":"a","scopes":["read"],"expires_at":"2001-01-01T00:00:00Z"}', 'validation-failed', '#/expires_at'],
  ['{"name":"a","scopes":["read"],"requests_per_minute":0}', 'validation-failed', '#/requests_per_minute'],
])('refuses %j as a new key', async (body, kind, pointer) => {
  const response = await post('/admin/keys').type('json').send(body)
  expect([response.status, JSON.parse(response.text)]).toMatchObject([400, { type: `/problems/${kind}` }])
  if (pointer !== undefined) expect(JSON.parse(response.text)).toHaveProperty('errors.0.pointer', pointer)
})

test('a key without the scope admin manages nothing', async () => {
  expect((await request(app).get('/admin/keys').set('X-API-Key', 'the-ingest-key')).status).toBe(403)
})

test('another project’s keys are not there', async () => {
  const other = await findOrCreateProject(database.db, 'other')
  const { key } = await createKey(database.db, { projectId: other, name: 'theirs', scopes: ['read'] })
  expect((await post(`/admin/keys/${key.id}/rotate`)).status).toBe(404)
  expect((await request(app).delete(`/admin/keys/${key.id}`).set('X-API-Key', 'the-admin-key')).status).toBe(
    404,
  )
  expect((await request(app).get('/admin/keys').set('X-API-Key', 'the-admin-key')).text).not.toContain(
    'theirs',
  )
})
