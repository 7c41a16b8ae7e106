import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sleep } from '@weir/runtime'
import { databaseVariables } from './config.ts'
import { findPorts } from './find-ports.ts'
import { repository } from './paths.ts'

let home = ''
const main = join(import.meta.dirname, 'main.ts')
const cli = join(import.meta.dirname, 'cli.ts')
const started: Run[] = []

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'weir-start-'))
})

afterAll(async () => {
  for (const { child } of started) if (child.exitCode === null) child.kill('SIGKILL')
  await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 })
})

interface Run {
  child: ChildProcess
  output: () => string
  exited: Promise<number | null>
}

function environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const unwanted = new Set([
    ...databaseVariables,
    'REDIS_URL',
    'REDIS_HOST',
    'API_KEY',
    'ADMIN_API_KEY',
    'NODE_OPTIONS',
  ])
  const kept = Object.entries(process.env).filter(([name]) => !unwanted.has(name))
  return { ...Object.fromEntries(kept), WEIR_HOME: home, NO_COLOR: '1', ...more }
}

function run(script: string, args: readonly string[], env: NodeJS.ProcessEnv): Run {
  // A process group of its own, as a shell gives one: Ctrl-C is a signal to the whole group.
  const child = spawn(process.execPath, [script, ...args], { env, detached: true })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)))
  child.stderr.on('data', (chunk: Buffer) => (output += String(chunk)))
  const exited = once(child, 'close').then(([code]: unknown[]) => (typeof code === 'number' ? code : null))
  const one: Run = { child, output: () => output, exited }
  started.push(one)
  return one
}

const anyPorts = { PRODUCER_PORT: '0', QUERY_SERVICE_PORT: '0', CONSUMER_PORT: '0' }

async function start(): Promise<Run> {
  const weir = run(main, [], environment(anyPorts))
  await until(() => {
    if (weir.child.exitCode !== null) throw new Error(weir.output())
    return weir.output().includes('Ctrl-C stops everything')
  })
  return weir
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(50)
}

function interrupt({ child }: Run): void {
  process.kill(-(child.pid ?? Number.NaN), 'SIGINT')
}

/** Does what a printed `curl` line says; a machine that runs the tests need not have curl. */
async function follow(line: string, apiKey = ''): Promise<string> {
  const [, url = ''] = /(http:[^\s']+)/.exec(line) ?? []
  const [, key = ''] = /-H "X-API-Key: ([^"]+)"/.exec(line) ?? []
  const [, body] = / -d '([^']+)'$/.exec(line) ?? []
  const headers = { 'X-API-Key': key.replace('$API_KEY', apiKey) }
  const response = await fetch(url, body === undefined ? { headers } : { method: 'POST', headers, body })
  return response.text()
}

function printed(weir: Run, part: string): string {
  const line = weir
    .output()
    .split('\n')
    .find((text) => text.includes('curl') && text.includes(part))
  return line?.trim() ?? ''
}

/** The processes that still belong to this installation: they have its folder in their environment or arguments. */
async function listProcesses(): Promise<string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter(
    (name) => /^\d+$/.test(name) && name !== String(process.pid),
  )
  const found = await Promise.all(
    pids.map(async (pid) => {
      const parts = ['environ', 'cmdline'].map((part) =>
        readFile(`/proc/${pid}/${part}`, 'utf8').catch(() => ''),
      )
      return (await Promise.all(parts)).some((text) => text.includes(home)) ? [pid] : []
    }),
  )
  return found.flat()
}

test('npm start runs everything, stops all of it with Ctrl-C, and goes on with the data', async () => {
  const first = await start()
  expect(first.output()).toMatch(/Your first key/)
  expect(await follow(printed(first, '/log'))).toMatch(/"accepted":1/)
  await until(async () => (await follow(printed(first, '/events'))).includes('llm_query_sent'))
  expect(await follow(printed(first, '/analytics/usage'))).toMatch(/"total_events":1,/)

  const second = run(main, [], environment(anyPorts))
  expect(await second.exited).toBe(1)
  expect(second.output()).toMatch(/^weir: Weir already runs on .*\n$/)

  const create = run(cli, ['keys', 'create', '--name', 'test', '--scopes', 'read'], environment())
  expect(await create.exited).toBe(0)
  const key = /^wk_live_\w+$/m.exec(create.output())?.[0] ?? ''
  const verify = run(cli, ['rollups', 'verify'], environment())
  expect(await verify.exited).toBe(0)

  interrupt(first)
  expect(await first.exited).toBe(0)
  expect(await listProcesses()).toEqual([])

  const again = await start()
  expect(again.output()).not.toMatch(/Your first key/)
  const answer = await follow(printed(again, '/analytics/usage'), key)
  expect(answer).toMatch(/"total_events":1,/)
  again.child.kill('SIGTERM')
  expect(await again.exited).toBe(0)
  expect(await listProcesses()).toEqual([])
}, 120_000)

test('services that lose their supervisor end by themselves', async () => {
  const weir = await start()
  weir.child.kill('SIGKILL')
  await until(async () => (await listProcesses()).length === 0)
}, 60_000)

test('a port in use is one line that names it, and nothing is started', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  try {
    const weir = run(main, [], environment({ ...anyPorts, QUERY_SERVICE_PORT: String(port) }))
    expect(await weir.exited).toBe(1)
    expect(weir.output()).toMatch(new RegExp(`^weir: Port ${port} .*QUERY_SERVICE_PORT.*\\n$`))
    expect(await listProcesses()).toEqual([])
  } finally {
    other.close()
  }
})

test('port 0 becomes a free port', async () => {
  const any = { host: '127.0.0.1', port: 0, variable: 'X' }
  const { producer } = await findPorts({ producer: any, query: any, consumer: any })
  expect(producer.port).toBeGreaterThan(0)
})

test('the command line says what to do when nothing runs', async () => {
  const list = run(cli, ['keys', 'list'], environment({ WEIR_HOME: join(repository, 'no-such-folder') }))
  expect(await list.exited).toBe(1)
  expect(list.output()).toMatch(/^weir: Weir does not run on .*npm start.*\n$/)
})
