import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { startTestProducer, type TestProducer } from './testing.ts'

let producer: TestProducer
beforeAll(async () => {
  producer = await startTestProducer()
})
afterAll(async () => {
  await producer[Symbol.asyncDispose]()
})

const none = '018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b6a'
let id = ''
beforeEach(async () => {
  await producer.database.pool.query('truncate quarantine, outcome_counts')
  id = await quarantine(1)
})

async function quarantine(projectId: number | null): Promise<string> {
  const { rows } = await producer.database.pool.query<{ id: string }>(
    `insert into quarantine (project_id, batch_id, accepted_hour, producer_id, reason, detail, raw)
     values ($1, gen_random_uuid(), '2026-11-20T10:00:00Z', gen_random_uuid(), '22P02', 'x', 'row') returning id`,
    [projectId],
  )
  return rows[0]?.id ?? ''
}

const replay = (which: string, key = producer.key.admin) =>
  producer.send({ method: 'POST', path: `/quarantine/${which}/replay` }, key)
const remove = (which: string, key = producer.key.admin) =>
  producer.send({ method: 'DELETE', path: `/quarantine/${which}` }, key)

async function read(): Promise<Record<string, unknown>[]> {
  const { rows } = await producer.database.pool.query<Record<string, unknown>>(
    'select id, replay_requested_at from quarantine',
  )
  return rows
}

test('a replay is asked for, once however often', async () => {
  const answers = [await replay(id), await replay(id.toUpperCase())]
  expect(answers.map(({ status, json }) => [status, json])).toEqual([
    [202, { id, state: 'replaying' }],
    [202, { id, state: 'replaying' }],
  ])
  expect(await read()).toEqual([{ id, replay_requested_at: expect.any(Date) }])
  expect(producer.logLines).toContainEqual(
    expect.objectContaining({ quarantineId: id, msg: 'replay of a quarantined event requested' }),
  )
})

test('what was replayed before, or is no event, is not replayed', async () => {
  await producer.database.pool.query(`update quarantine set replayed_at = now(), replayed_as = 'stored'`)
  const { status, kind } = await replay(id)
  expect([status, kind]).toEqual([409, 'conflict'])
  expect(await replay(await quarantine(null))).toMatchObject({ status: 404 })
})

test('each decision is in the audit log, and what was not decided is not', async () => {
  await replay(id)
  await replay(none)
  await remove(id)
  await remove(id)
  const { rows } = await producer.database.pool.query(
    `select project_id, action, actor <> 'cli' as is_by_key from audit_log where target = $1 order by id`,
    [id],
  )
  expect(rows).toEqual([
    { project_id: 1, action: 'quarantine.replay', is_by_key: true },
    { project_id: 1, action: 'quarantine.delete', is_by_key: true },
  ])
})

test('a deleted event is gone, accounted for, and the log says by whom', async () => {
  expect((await remove(id)).status).toBe(204)
  expect(await read()).toEqual([])
  const { rows } = await producer.database.pool.query(
    'select project_id, stored, deleted from outcome_counts',
  )
  expect(rows).toEqual([{ project_id: 1, stored: '0', deleted: '1' }])
  expect((await remove(id)).status).toBe(404)
  expect(producer.logLines).toContainEqual(
    expect.objectContaining({
      quarantineId: id,
      byKeyId: expect.any(String),
      msg: 'quarantined event deleted',
    }),
  )
})

test.each([
  ['no key', () => '', 401],
  ['the scope ingest', () => producer.key.ingest, 403],
  ['the scope read', () => producer.key.read, 403],
])('a key with %s decides nothing', async (_name, key, status) => {
  expect([(await replay(id, key())).status, (await remove(id, key())).status]).toEqual([status, status])
  expect(await read()).toEqual([{ id, replay_requested_at: null }])
})

test('another project’s event is not there', async () => {
  const theirs = await quarantine(2)
  expect([(await replay(theirs)).status, (await remove(theirs)).status]).toEqual([404, 404])
  expect([(await replay(none)).status, (await remove(none)).status]).toEqual([404, 404])
  expect(await read()).toHaveLength(2)
})

test.each(['x', '1', `${none}x`, '..%2f', '%00'])('%j is no id', async (text) => {
  expect([(await replay(text)).status, (await remove(text)).status]).toEqual([400, 400])
})

test('parameters are not known', async () => {
  const forced = { method: 'POST', path: `/quarantine/${id}/replay?force=1` }
  expect((await producer.send(forced, producer.key.admin)).kind).toBe('unknown-parameter')
  expect((await remove(`${id}?force=1`)).kind).toBe('unknown-parameter')
})
