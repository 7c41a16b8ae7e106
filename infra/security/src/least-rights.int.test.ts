import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sleep } from '@weir/runtime'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { openInstallation, type Installation } from './installation.ts'
import type { ServiceName } from './real-service.ts'

let weir: Installation
const pools = new Map<ServiceName, Pool>()
let redis: Redis

beforeAll(async () => {
  weir = await openInstallation()
  for (const name of ['producer', 'consumer', 'query'] as const) {
    pools.set(name, new Pool({ connectionString: weir.urlOf(name), max: 1 }))
  }
  redis = new Redis(weir.limitedRedisUrl)
})
afterAll(async () => {
  for (const pool of pools.values()) await pool.end()
  redis.disconnect()
  await weir[Symbol.asyncDispose]()
})

async function as(name: ServiceName, statement: string): Promise<string> {
  try {
    await pools.get(name)?.query(statement)
    return 'done'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'no code'
  }
}

test('with a role for each service and a user of Redis for the queue, an event is accepted, stored and answered', async () => {
  const { services, keys } = weir
  const accepted = await fetch(`http://127.0.0.1:${services.producer.port}/log`, {
    method: 'POST',
    headers: { 'X-API-Key': keys.ingest },
    body: JSON.stringify({ event_type: 'least_rights', event_id: 'one', payload: { user_id: 'u1' } }),
  })
  expect(accepted.status).toBe(202)
  const ask = async (path: string): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${services.query.port}${path}`, {
      headers: { 'X-API-Key': keys.read },
    })
    expect(answer.status).toBe(200)
    return answer.text()
  }
  while (!(await ask('/events?event_type=least_rights')).includes('least_rights')) await sleep(50)
  expect(await ask('/analytics/usage?event_type=least_rights')).toContain('"total_events":1')
  expect(await ask('/analytics/llm')).toContain('metrics')
})

test('what the services do by themselves works with those rights', async () => {
  const { services, pool } = weir
  // The consumer folds every few seconds; what it took is gone from the deltas.
  while ((await pool.query('select from rollup_deltas')).rowCount !== 0) await sleep(100)
  expect(await as('consumer', 'select ensure_log_event_partitions(current_date + 8, current_date + 9)')).toBe(
    'done',
  )
  expect(await as('consumer', 'select summarize_log_events()')).toBe('done')
  const failures = Object.values(services).flatMap(({ lines }) =>
    lines.filter(
      (line) =>
        (/"level":(40|50|60)/.test(line) || /NOPERM|permission denied/.test(line)) &&
        // That the PostgreSQL of the tests does without fsync.
        !line.includes('allowed by ALLOW_UNSAFE_SERVERS'),
    ),
  )
  expect(failures).toEqual([])
})

test('keys are managed with the rights of the producer', async () => {
  const url = `http://127.0.0.1:${weir.services.producer.port}/admin`
  const headers = { 'X-API-Key': weir.keys.admin }
  const body = JSON.stringify({ name: 'made by the test', scopes: ['read'] })
  const created = await fetch(`${url}/keys`, { method: 'POST', headers, body })
  expect(created.status).toBe(201)
  const audit = await fetch(`${url}/audit?limit=1`, { headers })
  expect(await audit.text()).toContain('"action":"key.create"')
})

const insertEvent = 'insert into log_events select * from log_events limit 1'

// prettier-ignore
test.each<[ServiceName, string, string]>([
  ['query', insertEvent, '42501'],
  ['query', 'delete from log_events', '42501'],
  ['query', 'update log_events set level = level', '42501'],
  ['query', 'truncate log_events', '42501'],
  ['query', 'insert into quarantine (reason, detail, raw) values (1, 1, \'\')', '42501'],
  ['query', 'update api_keys set scopes = scopes', '42501'],
  ['query', 'update api_keys set secret_hash = secret_hash', '42501'],
  ['query', 'insert into projects (name) values (1)', '42501'],
  ['query', 'select from audit_log', '42501'],
  ['query', 'create table mine (a int)', '42501'],
  ['query', 'create schema mine', '42501'],
  ['query', 'select ensure_log_event_partitions(current_date, current_date)', '42501'],
  ['query', 'select summarize_log_events()', '42501'],
  ['query', 'update api_keys set last_used_at = now()', 'done'],
  ['consumer', 'drop table log_events', '42501'],
  ['consumer', 'drop table log_events_default', '42501'],
  ['consumer', 'alter table log_events add column a int', '42501'],
  ['consumer', 'truncate batches', '42501'],
  ['consumer', 'delete from batches', '42501'],
  ['consumer', 'delete from log_events', '42501'],
  ['consumer', 'update log_events set level = level', '42501'],
  ['consumer', 'select from api_keys', '42501'],
  ['consumer', 'select from audit_log', '42501'],
  ['consumer', 'create table mine (a int)', '42501'],
  ['producer', 'select from log_events', '42501'],
  ['producer', insertEvent, '42501'],
  ['producer', 'insert into batches values (1, gen_random_uuid(), 1, now())', '42501'],
  ['producer', 'delete from api_keys', '42501'],
  ['producer', 'update audit_log set actor = actor', '42501'],
  ['producer', 'delete from audit_log', '42501'],
  ['producer', 'drop table audit_log', '42501'],
  ['producer', 'create table mine (a int)', '42501'],
])('the role of the %s: %s → %s', async (name, statement, outcome) => {
  expect(await as(name, statement)).toBe(outcome)
})

test('the roles may do nothing to the server', async () => {
  const { rows } = await weir.pool.query(
    `select count(*)::int as roles, bool_or(rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls) as any
     from pg_roles where rolname in ('weir_producer', 'weir_consumer', 'weir_query')`,
  )
  expect(rows).toEqual([{ roles: 3, any: false }])
})

test.each([
  ['flushall'],
  ['flushdb'],
  ['keys', '*'],
  ['config', 'get', 'dir'],
  ['config', 'set', 'dir', '/tmp'],
  ['shutdown', 'nosave'],
  ['acl', 'list'],
  ['replicaof', 'no', 'one'],
  ['swapdb', '0', '1'],
  ['module', 'list'],
  ['script', 'flush'],
  ['monitor'],
  ['get', 'another:key'],
  ['set', 'another:key', 'x'],
  ['publish', 'channel', 'x'],
  ['eval', `return redis.call('flushall')`, '0'],
  ['eval', `return redis.call('get', 'another:key')`, '0'],
])('the user of the queue may not: %s %s', async (command, ...args) => {
  await expect(redis.call(command ?? '', ...args)).rejects.toThrow(/NOPERM|can't (run this command|access)/)
})

test('the user of the queue may ask what the queue needs', async () => {
  expect(await redis.info('memory')).toContain('used_memory')
  expect(await redis.call('type', 'bull:log_queue:meta')).toBe('hash')
})
