import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client } from 'pg'
import type { RunningServer } from './running-server.ts'
import { startPostgres } from './start-postgres.ts'

let root: string
let dataDirectory: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'weir-servers-'))
  dataDirectory = join(root, 'postgres')
})

afterAll(() => rm(root, { recursive: true, force: true }))

function start(port = 0): Promise<RunningServer> {
  return startPostgres({ dataDirectory, port, settings: { fsync: 'off', shared_buffers: '16MB' } })
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  // A test may end the server while the connection is open.
  client.on('error', () => undefined)
  await client.connect()
  const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' })
  await client.end()
  return rows.flat()
}

test('a second start goes on with the data, at the same address', async () => {
  const first = await start()
  await query(first.url, 'create table kept as select 42 as answer')
  await first.stop()
  expect(await first.exited).toEqual({ code: 0, signal: null })

  await using second = await start(first.port)
  expect(second.url).toBe(first.url)
  expect(await query(second.url, 'select answer from kept')).toEqual([42])
})

test('data written before a kill is there after the next start', async () => {
  const first = await start()
  await query(first.url, 'create table survivors as select 1 as id')
  first.kill('SIGKILL')
  expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' })
  await first.stop()

  await using second = await start()
  expect(await query(second.url, 'select id from survivors')).toEqual([1])
})

test('stores UTF-8 in a collation that is the same on every system', async () => {
  await using server = await start()
  const question = `select datlocprovider, datlocale, pg_encoding_to_char(encoding) from pg_database where datname = 'weir'`

  expect(await query(server.url, question)).toEqual(['b', 'C.UTF-8', 'UTF8'])
})

test('asks for the password, and the role it is for is no superuser', async () => {
  await using server = await start()
  const wrong = new URL(server.url)
  wrong.password = 'wrong'

  await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed')
  expect(await query(server.url, 'select rolsuper from pg_roles where rolname = current_user')).toEqual([
    false,
  ])
})

test('refuses data that another process serves, and a port that another program has', async () => {
  await using server = await start()
  await expect(start()).rejects.toThrow(`${dataDirectory} is in use by process ${server.pid}`)

  const other = startPostgres({
    dataDirectory: join(root, 'other'),
    port: server.port,
    settings: { fsync: 'off' },
  })
  await expect(other).rejects.toThrow(`Port ${server.port} on 127.0.0.1`)
})

test('a process that is killed leaves no PostgreSQL that would stop the next start', async () => {
  const script = `
    import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))}
    await startPostgres({ dataDirectory: ${JSON.stringify(dataDirectory)} })
    process.stdout.write('ready')`
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(parent.stdout, 'data')
  parent.kill('SIGKILL')
  await once(parent, 'exit')

  await using server = await start()
  expect(await query(server.url, 'select 1')).toEqual([1])
})
