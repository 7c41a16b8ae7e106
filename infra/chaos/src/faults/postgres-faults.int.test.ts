import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startPostgres, type RunningServer } from '@weir/servers'
import { Client } from 'pg'
import { until } from '../wait.ts'
import { connectTo } from './postgres-admin.ts'
import {
  cancelStatements,
  changeSettings,
  exhaustConnections,
  killBackend,
  lockTable,
  makeDeadlock,
  makeReadOnly,
  terminateSessions,
} from './postgres-faults.ts'
import { moveToSmallDisk, whyNoTablespace } from './postgres-tablespace.ts'
import { suspendServer } from './server-faults.ts'

let root: string
let server: RunningServer

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'weir-faults-'))
  server = await startPostgres({
    dataDirectory: join(root, 'postgres'),
    settings: { fsync: 'off', shared_buffers: '16MB', max_connections: '20' },
  })
  await withClient((client) => client.query('create table one (id int); create table two (id int)'))
})

afterAll(async () => {
  await server.stop()
  await rm(root, { recursive: true, force: true })
})

async function withClient<T>(act: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectTo(server.url)
  try {
    return await act(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** A session that the faults look for, doing something. */
async function openVictim(): Promise<Client> {
  const client = new Client({ connectionString: server.url, application_name: 'weir-victim' })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

const insert = 'insert into one select generate_series(1, 100000)'
const code = (expected: string) => expect.objectContaining({ code: expected })

test('a server that is read-only refuses writes in sessions under way, and accepts them again', async () => {
  await withClient(async (client) => {
    await using fault = await makeReadOnly(server.url)
    await until('the setting is in effect', 5_000, async () => {
      const { rows } = await client.query<{ default_transaction_read_only: string }>(
        'show default_transaction_read_only',
      )
      return rows[0]?.default_transaction_read_only === 'on'
    })
    await expect(client.query(insert)).rejects.toEqual(code('25006'))
    await fault.heal()
    await until('writes are accepted', 5_000, () =>
      client.query(insert).then(
        () => true,
        () => false,
      ),
    )
  })
})

test('there is no connection left until it is healed', async () => {
  await using fault = await exhaustConnections(server.url)
  expect(fault.taken).toBeGreaterThan(5)
  await expect(connectTo(server.url)).rejects.toEqual(code('53300'))
  await fault.heal()
  await until('there is one', 5_000, () => withClient(async () => true).catch(() => false))
})

test('a session is terminated, one statement is cancelled, one waits for a lock in vain', async () => {
  const victim = await openVictim()
  const cancelled = victim.query('select pg_sleep(60)')
  const seen = expect(cancelled).rejects.toEqual(code('57014'))
  await until('it runs', 5_000, async () => (await cancelStatements(server.url, 'weir-victim')) > 0)
  await seen
  const settings = await changeSettings(server.url, { lock_timeout: '50ms' })
  const lock = await lockTable(server.url, 'one')
  await until('the lock times out', 5_000, () =>
    victim.query(insert).then(
      () => false,
      (error: unknown) => {
        expect(error).toEqual(code('55P03'))
        return true
      },
    ),
  )
  await lock.heal()
  await settings.heal()
  const ended = expect(victim.query('select pg_sleep(60)')).rejects.toEqual(code('57P01'))
  expect(await terminateSessions(server.url, 'weir-vic%')).toBe(1)
  await ended
})

test('another session is the one that a deadlock breaks', async () => {
  const victim = await openVictim()
  const trial = makeDeadlock(server.url, { applicationNames: 'weir-victim', earlier: 'one', later: 'two' })
  await victim.query('begin; insert into one values (1)')
  await until('the second table is locked', 5_000, async () => {
    const { rowCount } = await victim.query(
      `select from pg_locks where relation = 'two'::regclass and mode = 'AccessExclusiveLock'`,
    )
    return rowCount === 1
  })
  await expect(victim.query('insert into two values (1)')).rejects.toEqual(code('40P01'))
  await victim.end()
  expect(await trial).toBe(true)
})

test('the end of one backend takes every session along, and the server recovers', async () => {
  const victim = await openVictim()
  const other = await openVictim()
  const gone = new Promise((resolve) => other.once('error', resolve))
  expect(await killBackend(server.url, 'weir-victim')).toBe(true)
  await gone
  await until('it accepts connections', 20_000, () => withClient(async () => true).catch(() => false))
  await Promise.allSettled([victim.end(), other.end()])
})

test('a suspended server answers nobody, and goes on when it is healed', async () => {
  const client = new Client({ connectionString: server.url, query_timeout: 300 })
  await client.connect()
  await using fault = await suspendServer(server)
  await expect(client.query('select 1')).rejects.toThrow('Query read timeout')
  await fault.heal()
  await client.end()
  expect(await withClient(async (other) => (await other.query('select 1')).rowCount)).toBe(1)
})

test('a table on a full disk takes nothing until there is room again', async () => {
  const why = await whyNoTablespace()
  if (why !== undefined) {
    // Where nothing can be mounted, that is what the tool has to say.
    expect(why).toMatch(/root|mount/)
    return
  }
  await using disk = await moveToSmallDisk(server.url, join(root, 'small'), {
    dataDirectory: join(root, 'postgres'),
    tables: ['one'],
    sizeBytes: 32 * 1024 * 1024,
  })
  await withClient(async (client) => {
    await using fault = await disk.fill()
    await expect(client.query(insert)).rejects.toEqual(code('53100'))
    await fault.heal()
    expect((await client.query(insert)).rowCount).toBe(100_000)
  })
})
