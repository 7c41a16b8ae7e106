import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from '@jest/globals'
import { openTestDatabase, type TestDatabase } from '@weir/database/testing'
import { createKey, findOrCreateProject } from '@weir/http'
import { sleep } from '@weir/runtime'
import { repository } from './paths.ts'

const names = ['producer', 'consumer', 'query'] as const
type Name = (typeof names)[number]

interface Service {
  child: ChildProcess
  url: string
}

/** The three services on a database of their own, with the queue in it. */
interface Installation extends AsyncDisposable {
  database: TestDatabase
  journal: string
  start: (name: Name) => Promise<void>
  kill: (name: Name) => Promise<void>
  call: (name: Name, path: string, method?: string, body?: unknown) => Promise<Response>
}

async function open(): Promise<Installation> {
  const database = await openTestDatabase()
  const directory = await mkdtemp(join(tmpdir(), 'weir-conservation-'))
  const journal = join(directory, 'journal')
  const projectId = await findOrCreateProject(database.db, 'default')
  const key = await createKey(database.db, { projectId, name: 'all', scopes: ['ingest', 'read', 'admin'] })
  const running = new Map<Name, Service>()
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: database.url,
    // The PostgreSQL that tests are given does without fsync.
    ALLOW_UNSAFE_SERVERS: 'true',
    SHUTDOWN_GRACE_MS: '0',
    USE_REDIS_QUEUE: 'false',
    PRODUCER_PORT: '0',
    CONSUMER_PORT: '0',
    QUERY_SERVICE_PORT: '0',
    JOURNAL_DIR: journal,
    JOURNAL_MIN_FREE_BYTES: '0',
    KEY_SNAPSHOT_PATH: join(directory, 'keys.json'),
  }
  const start = async (name: Name): Promise<void> => {
    running.set(name, await startService(name, env))
  }
  const kill = async (name: Name): Promise<void> => {
    const child = running.get(name)?.child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'close')
  }
  await Promise.all(names.map(start))
  return {
    database,
    journal,
    start,
    kill,
    call: (name, path, method = 'GET', body) =>
      fetch(`${running.get(name)?.url ?? ''}${path}`, {
        method,
        headers: { 'X-API-Key': key.text },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    async [Symbol.asyncDispose]() {
      await Promise.all(names.map(kill))
      await database[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function startService(name: Name, env: NodeJS.ProcessEnv): Promise<Service> {
  const child = spawn(process.execPath, [join(repository, 'apps', name, 'src', 'main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  })
  const lines = createInterface({ input: child.stdout })
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      // A line of the log is an object.
      const { port } = JSON.parse(line) as { port?: number }
      if (port !== undefined) resolve({ child, url: `http://127.0.0.1:${port}` })
    })
    lines.once('close', () => reject(new Error(`The ${name} ended.`)))
  })
}

/** What the command line answers, and its exit code. */
function weirCommand(
  { database }: Installation,
  ...args: string[]
): Promise<{ code: number; output: string }> {
  const cli = join(repository, 'apps', 'weir', 'src', 'cli.ts')
  const env = { PATH: process.env['PATH'], DATABASE_URL: database.url }
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, 'quarantine', ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    )
  })
}

type Account = Record<string, number>

async function totals({ call }: Installation): Promise<Account> {
  const response = await call('query', '/reconciliation')
  const { totals: account } = (await response.json()) as { totals: Account }
  return account
}

/** Waits until the accounts say so; meanwhile a gap is never claimed where nothing was lost. */
async function untilTotals(weir: Installation, expected: Account): Promise<void> {
  for (;;) {
    const account = await totals(weir)
    expect(Math.abs(account['gap'] ?? 0)).toBeLessThanOrEqual(Math.abs(expected['gap'] ?? 0))
    if (Object.entries(expected).every(([count, value]) => account[count] === value)) return
    await sleep(50)
  }
}

const accept = async (weir: Installation, body: unknown): Promise<void> => {
  expect((await weir.call('producer', '/log', 'POST', body)).status).toBe(202)
}

test('the accounts balance through duplicates, quarantine, replay, deletion and restarts', async () => {
  await using weir = await open()
  const { database, call } = weir
  await database.pool.query(
    `alter table log_events add constraint no_curse check (message is distinct from 'curse')`,
  )
  await accept(weir, [
    { event_type: 'a' },
    { event_type: 'b', event_id: 'k' },
    { event_type: 'b', event_id: 'k' },
    { event_type: 'c', message: 'curse' },
    { event_type: 'c', message: 'curse' },
  ])
  await untilTotals(weir, { accepted: 5, stored: 2, duplicate: 1, quarantined: 2, pending: 0, gap: 0 })

  await weir.kill('producer')
  await weir.start('producer')
  await accept(weir, { event_type: 'a' })
  await untilTotals(weir, { accepted: 6, stored: 3, duplicate: 1, quarantined: 2, pending: 0, gap: 0 })

  await database.pool.query('alter table log_events drop constraint no_curse')
  const { data } = (await (await call('query', '/quarantine')).json()) as { data: { id: string }[] }
  const [first, second] = data.map(({ id }) => id)
  expect((await call('producer', `/quarantine/${first}/replay`, 'POST')).status).toBe(202)
  await untilTotals(weir, { stored: 4, quarantined: 1, gap: 0 })
  expect((await call('producer', `/quarantine/${first}/replay`, 'POST')).status).toBe(409)
  expect((await call('producer', `/quarantine/${second}`, 'DELETE')).status).toBe(204)
  await untilTotals(weir, {
    accepted: 6,
    stored: 4,
    duplicate: 1,
    quarantined: 0,
    deleted: 1,
    pending: 0,
    gap: 0,
  })
}, 60_000)

test('what waits for a consumer is pending; if journal and queue lose it, it is a gap', async () => {
  await using weir = await open()
  await accept(weir, { event_type: 'a' })
  await untilTotals(weir, { accepted: 1, stored: 1, pending: 0 })
  await weir.kill('consumer')
  await accept(weir, [{ event_type: 'b' }, { event_type: 'b' }])
  await untilTotals(weir, { accepted: 3, stored: 1, pending: 2, gap: 0 })

  await weir.kill('producer')
  expect(await totals(weir)).toMatchObject({ accepted: 3, stored: 1, pending: 2, gap: 0 })
  for (const name of await readdir(weir.journal)) {
    if (!/^(lock|producer-id)/.test(name)) await rm(join(weir.journal, name), { recursive: true })
  }
  await weir.database.pool.query('drop schema weir_queue cascade')
  await weir.start('producer')
  await weir.start('consumer')
  await accept(weir, { event_type: 'c' })
  await untilTotals(weir, { accepted: 4, stored: 2, pending: 0, gap: 2 })
  const metrics = await (await weir.call('query', '/metrics')).text()
  expect(metrics).toMatch(/^weir_conservation_gap 2$/m)
}, 60_000)

test('the command line lists, shows, replays and deletes', async () => {
  await using weir = await open()
  const { pool } = weir.database
  await pool.query(
    `alter table log_events add constraint no_curse check (message is distinct from E'curse\\nof lines')`,
  )
  await accept(weir, [
    { event_type: 'c', message: 'curse\nof lines' },
    { event_type: 'd', message: 'curse\nof lines' },
  ])
  await untilTotals(weir, { accepted: 2, quarantined: 2, gap: 0 })
  const list = await weirCommand(weir, 'list', '--no-replayed', '--reason', '23514,22P02')
  expect(list.code).toBe(0)
  const [heading, ...lines] = list.output.trim().split('\n')
  expect(heading).toMatch(/^ID +PROJECT +SINCE +WHAT +STATE +REASON +BYTES +DETAIL$/)
  expect(lines).toHaveLength(2)
  const ids = lines.map((line) => line.slice(0, 36))
  const [first = '', second = ''] = ids

  const shown = await weirCommand(weir, 'show', first)
  expect(JSON.parse(shown.output)).toMatchObject({
    id: first,
    project_id: 1,
    encoding: 'utf-8',
    fields: { message: 'curse\nof lines' },
  })
  const refused = await weirCommand(weir, 'replay', first)
  expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('is refused again: 23514') })
  await pool.query('alter table log_events drop constraint no_curse')
  expect(await weirCommand(weir, 'replay', first)).toEqual({ code: 0, output: `Event ${first} is stored.\n` })
  expect(await weirCommand(weir, 'replay', first)).toEqual({
    code: 1,
    output: `weir: ${first} was replayed before.\n`,
  })
  expect(await weirCommand(weir, 'delete', second)).toEqual({
    code: 0,
    output: `Event ${second} is deleted.\n`,
  })
  expect((await weirCommand(weir, 'delete', second)).code).toBe(1)
  expect((await weirCommand(weir, 'show', 'x')).output).toMatch(/An id is a UUID/)
  const rest = await weirCommand(weir, 'list', '--json')
  expect(JSON.parse(rest.output)).toMatchObject({ id: first, state: 'replayed', replayed_as: 'stored' })
  await untilTotals(weir, { accepted: 2, stored: 1, quarantined: 0, deleted: 1, pending: 0, gap: 0 })
}, 60_000)

const daysAgo = (days: number): number => Date.now() - days * 86_400_000

const kongRecord = (id: string, startedAt = Date.now()) => ({
  started_at: startedAt,
  latencies: { request: 12 },
  request: { id, method: 'GET', uri: '/a' },
  response: { status: 200 },
})

test('a gateway’s bad records are kept with the reason, through kills, and stored by a replay that takes them', async () => {
  await using weir = await open()
  const { pool } = weir.database
  const send = async (body: unknown): Promise<unknown> => {
    const response = await weir.call('producer', '/log', 'POST', body)
    expect(response.status).toBe(202)
    return response.json()
  }
  const bad = kongRecord('bad', daysAgo(40))
  const answer = { accepted: 2, rejected_count: 1, quarantined: 1 }
  expect(await send([kongRecord('a'), bad, kongRecord('b')])).toMatchObject(answer)
  await untilTotals(weir, { accepted: 3, stored: 2, quarantined: 1, pending: 0, gap: 0 })

  await weir.kill('consumer')
  expect(await send([kongRecord('a'), bad, kongRecord('b')])).toMatchObject(answer)
  expect(await send({ ...bad, request: { id: 'alone' } })).toMatchObject({
    accepted: 0,
    ids: [],
    quarantined: 1,
  })
  await weir.kill('producer')
  await weir.start('producer')
  await untilTotals(weir, { accepted: 7, stored: 2, quarantined: 1, pending: 4, gap: 0 })
  await weir.start('consumer')
  await untilTotals(weir, { accepted: 7, stored: 2, duplicate: 3, quarantined: 2, pending: 0, gap: 0 })

  const { data } = (await (await weir.call('query', '/quarantine')).json()) as { data: { id: string }[] }
  expect(data).toMatchObject([
    { kind: 'record', format: 'kong', reason: 'timestamp-out-of-window', state: 'waiting' },
    { kind: 'record', format: 'kong', reason: 'timestamp-out-of-window', state: 'waiting' },
  ])
  const id = data[1]?.id ?? ''
  const shown = (await (await weir.call('query', `/quarantine/${id}`)).json()) as { raw: string }
  expect(shown).toMatchObject({ encoding: 'utf-8', fields: null })
  expect(JSON.parse(shown.raw)).toEqual(bad)
  const list = await weirCommand(weir, 'list', '--reason', 'timestamp-out-of-window')
  expect(list.output).toMatch(/ kong +waiting +timestamp-out-of-window /)

  const refused = await weirCommand(weir, 'replay', id)
  expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('timestamp-out-of-window') })
  await pool.query(`
    update quarantine set raw = convert_to(replace(convert_from(raw, 'UTF8'),
      '"started_at":${String(bad.started_at)}', '"started_at":${Date.now()}'), 'UTF8')`)
  expect(await weirCommand(weir, 'replay', id)).toEqual({ code: 0, output: `Event ${id} is stored.\n` })
  await untilTotals(weir, { accepted: 7, stored: 3, duplicate: 3, quarantined: 1, pending: 0, gap: 0 })
  const { rows } = await pool.query(`select event_key from log_events order by event_key`)
  expect(rows.map(({ event_key: key }) => key)).toEqual(['kong:a', 'kong:b', 'kong:bad'])
}, 60_000)
