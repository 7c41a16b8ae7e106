import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { anEvent } from '@weir/database/testing'
import { encodeRow } from '@weir/events'
import request from 'supertest'
import { openTestApp } from './open-test-app.ts'

const service = await openTestApp()
const { pool } = service.database
afterAll(async () => {
  await service[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await pool.query('truncate quarantine')
})

interface Fields {
  project_id?: number | null
  reason?: string
  raw?: Buffer
  quarantined_at?: string
  replayed_at?: string | null
}

async function quarantine(fields: Fields = {}): Promise<string> {
  const { project_id: projectId = 1, reason = '22P02', raw = Buffer.from('row') } = fields
  const { quarantined_at: at = new Date().toISOString(), replayed_at: replayedAt = null } = fields
  const { rows } = await pool.query<{ id: string }>(
    `insert into quarantine (project_id, reason, detail, raw, quarantined_at, replayed_at, replayed_as)
     values ($1, $2, 'why', $3, $4, $5, case when $5::timestamptz is not null then 'stored' end) returning id`,
    [projectId, reason, raw, at, replayedAt],
  )
  return rows[0]?.id ?? ''
}

async function ids(query = ''): Promise<string[]> {
  const { body } = await service.get(`/quarantine${query}`, 'admin').expect(200)
  return body.data.map(({ id }: { id: string }) => id)
}

test('the list is that of the project, newest first, filtered by reason and by whether it was replayed', async () => {
  const old = await quarantine({ quarantined_at: '2026-11-20T10:00:00Z', reason: '54000' })
  const replayed = await quarantine({
    quarantined_at: '2026-11-20T11:00:00Z',
    replayed_at: '2026-11-20T12:00:00Z',
  })
  const young = await quarantine({ quarantined_at: '2026-11-20T12:00:00.000001Z' })
  await quarantine({ project_id: 2 })
  await quarantine({ project_id: null, reason: 'unreadable-batch' })
  expect(await ids()).toEqual([young, replayed, old])
  expect(await ids('?reason=54000,22003')).toEqual([old])
  expect([await ids('?replayed=true'), await ids('?replayed=false')]).toEqual([[replayed], [young, old]])
  const { body } = await service.get('/quarantine?limit=1', 'admin')
  expect(body).toEqual({
    data: [
      {
        id: young,
        batch_id: null,
        kind: 'event',
        format: null,
        state: 'waiting',
        reason: '22P02',
        detail: 'why',
        byte_length: 3,
        quarantined_at: '2026-11-20T12:00:00.000Z',
        accepted_hour: null,
        replay_requested_at: null,
        failed_replays: 0,
        replayed_at: null,
        replayed_as: null,
      },
    ],
    limit: 1,
    has_more: true,
    next_cursor: expect.any(String),
  })
})

test('cursors lead through all of it, and belong to one question', async () => {
  const at = '2026-11-20T10:00:00.123456Z'
  const all = await Promise.all(Array.from({ length: 7 }, () => quarantine({ quarantined_at: at })))
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body }: { body: { data: { id: string }[]; next_cursor: string | null } } = await service
      .get(`/quarantine?limit=3${cursor && `&cursor=${cursor}`}`, 'admin')
      .expect(200)
    seen.push(...body.data.map(({ id }) => id))
    cursor = body.next_cursor
  }
  expect(seen.toSorted()).toEqual(all.toSorted())
  const { body } = await service.get('/quarantine?limit=3', 'admin')
  const stolen = await service.get(`/quarantine?limit=3&cursor=${body.next_cursor}`, 'otherAdmin')
  expect([stolen.status, stolen.body.type]).toEqual([400, '/problems/invalid-cursor'])
})

test.each([
  ['text', Buffer.from('a\tb "é" \\ 😀'), 'utf-8', 'a\tb "é" \\ 😀'],
  ['text with a NUL', Buffer.from('a\0b'), 'utf-8', 'a\0b'],
  ['no UTF-8', Buffer.from([0x61, 0xff, 0x00]), 'base64', 'Yf8A'],
  ['a lone surrogate', Buffer.from([0xed, 0xa0, 0x80]), 'base64', '7aCA'],
  ['nothing', Buffer.alloc(0), 'utf-8', ''],
])('bytes that are %s are shown as they are', async (_name, raw, encoding, text) => {
  const id = await quarantine({ raw })
  const { body } = await service.get(`/quarantine/${id}`, 'admin').expect(200)
  expect(body).toMatchObject({ id, encoding, raw: text, fields: null, byte_length: raw.length })
})

test('the fields of a row can be read', async () => {
  const event = anEvent({ message: 'tab\tand \\', payload: '{"a":1}' })
  const id = await quarantine({ raw: Buffer.from(encodeRow(event)) })
  const { body } = await service.get(`/quarantine/${id}`, 'admin').expect(200)
  expect(body.fields).toMatchObject({
    id: event.id,
    message: 'tab\tand \\',
    payload: '{"a":1}',
    project_id: '1',
  })
  expect(body.fields).not.toHaveProperty('service')
})

test('only a key with the scope admin, and of the project, sees any of it', async () => {
  const id = await quarantine()
  for (const path of ['/quarantine', `/quarantine/${id}`, '/reconciliation']) {
    await service.get(path, '').expect(401)
    await service.get(path, 'reader').expect(403)
    await service.get(path, 'writer').expect(403)
    await request(service.app).post(path).set('X-API-Key', 'admin').expect(405)
  }
  await service.get(`/quarantine/${id}`, 'otherAdmin').expect(404)
  const { body } = await service.get('/quarantine', 'otherAdmin')
  expect(body.data).toEqual([])
})

test('where events can be read without a key, these cannot', async () => {
  await using open = await openTestApp({ isKeyRequired: false })
  await open.get('/events', '').expect(200)
  for (const path of ['/quarantine', '/reconciliation']) await open.get(path, '').expect(401)
})

test.each([
  ['/quarantine?replayed=yes', 'invalid-parameter'],
  ['/quarantine?replayed=', 'invalid-parameter'],
  ['/quarantine?limit=0', 'invalid-parameter'],
  ['/quarantine?limit=1001', 'invalid-parameter'],
  ['/quarantine?reason=', 'invalid-parameter'],
  ['/quarantine?reason=a&reason=b', 'duplicate-parameter'],
  ['/quarantine?cursor=x', 'invalid-cursor'],
  ['/quarantine?offset=1', 'unknown-parameter'],
  ['/quarantine/x', 'invalid-parameter'],
  ['/quarantine/018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b6a?raw=1', 'unknown-parameter'],
  ['/reconciliation?hours=0', 'invalid-parameter'],
  ['/reconciliation?hours=2401', 'invalid-parameter'],
  ['/reconciliation?hours=1.5', 'invalid-parameter'],
  ['/reconciliation?days=1', 'unknown-parameter'],
])('%s is refused as %s', async (path, kind) => {
  const { status, body } = await service.get(path, 'admin')
  expect([status, body.type]).toEqual([400, `/problems/${kind}`])
})
