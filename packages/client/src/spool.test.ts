import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createQuickWeir, FakeServer } from './testing.ts'
import { createWeir, type Weir } from './create-weir.ts'
import type { WeirOptions } from './core/options.ts'

let directory: string
const opened: Weir[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weir-spool-'))
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((weir) => weir.shutdown(0)))
  await rm(directory, { recursive: true, force: true })
})

function open(post: FakeServer['post'], options: WeirOptions = {}): Weir {
  const weir = createWeir(
    {
      url: 'http://weir.test',
      apiKey: 'k',
      batchMs: 1,
      flushOnExit: false,
      onError: () => undefined,
      post,
      spool: { directory },
      ...options,
    },
    { env: {} },
  )
  opened.push(weir)
  return weir
}

const down: FakeServer['post'] = () => Promise.reject(new Error('down'))

async function files(): Promise<string[]> {
  return (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.ndjson'))
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2))
}

test('events that cannot be delivered wait on disk, and the next client delivers them', async () => {
  const first = open(down)
  for (let i = 0; i < 5; i += 1) first.logInfo(`m${i}`)
  await until(() => first.stats().spooled === 5)
  expect(first.stats()).toMatchObject({ pending: 0, dropped: 0 })
  first.logInfo('last')
  expect(await first.shutdown(5)).toBe(false)
  expect(first.stats().dropped).toBe(0)

  const server = new FakeServer()
  const second = open(server.post)
  await until(() => second.stats().delivered === 6)
  expect(server.events.map((event) => event['message'])).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'last'])
  await until(async () => (await files()).length === 0)
  expect(second.stats().spooled).toBe(0)
})

test('what was spooled is delivered once by the client itself, in order', async () => {
  const server = new FakeServer()
  let isDown = true
  const weir = open((body, headers) => (isDown ? down(body, headers) : server.post(body, headers)))
  for (let i = 0; i < 50; i += 1) {
    weir.logInfo(`m${i}`)
    if (i % 10 === 0) await until(() => weir.stats().pending === 0)
  }
  isDown = false
  expect(await weir.flush()).toBe(true)
  expect(server.events.map((event) => event['message'])).toEqual(
    Array.from({ length: 50 }, (_, i) => `m${i}`),
  )
  expect(weir.stats()).toMatchObject({ delivered: 50, spooled: 0, pending: 0 })
})

test('a full spool leaves events in memory, and they follow', async () => {
  const server = new FakeServer()
  let isDown = true
  const weir = open((body, headers) => (isDown ? down(body, headers) : server.post(body, headers)), {
    batchEvents: 10,
    spool: { directory, maxBytes: 10_000 },
  })
  for (let i = 0; i < 200; i += 1) weir.logInfo(`m${i}`)
  await until(() => weir.stats().spooled > 30)
  expect(weir.stats().pending).toBeGreaterThan(50)
  isDown = false
  expect(await weir.flush()).toBe(true)
  expect(new Set(server.events.map((event) => event['message'])).size).toBe(200)
  expect(server.events).toHaveLength(200)
})

test('a directory that does not work is told of; events are sent without it', async () => {
  await writeFile(join(directory, 'file'), '')
  const errors: string[] = []
  const server = new FakeServer()
  const weir = open(server.post, {
    spool: { directory: join(directory, 'file', 'spool') },
    onError: ({ message }) => errors.push(message),
  })
  weir.logInfo('a')
  weir.logInfo('b')
  expect(await weir.flush()).toBe(true)
  expect(server.events).toHaveLength(2)
  expect(errors).toEqual([expect.stringContaining('does not work')])
})

test('a line that a power loss damaged is counted; the others are delivered', async () => {
  const old = join(directory, `${hostname()}~999999999~abc`)
  await mkdir(old)
  await writeFile(
    join(old, '0000000001-3.ndjson'),
    '{"event_id":"a","event_type":"x"}\n{"event_id":"b","ev\n',
  )
  await writeFile(join(old, '0000000002-1.ndjson.tmp'), 'half')
  const server = new FakeServer()
  const weir = open(server.post)
  await until(() => weir.stats().delivered === 1)
  expect(weir.stats()).toMatchObject({ droppedBy: { unreadable: 2 }, spooled: 0 })
  await until(async () => (await readdir(directory)).length === 1)
})

test('the files of a client that lives are left alone', async () => {
  const living = open(down)
  living.logInfo('mine')
  await until(() => living.stats().spooled === 1)
  const server = new FakeServer()
  const other = open(server.post)
  other.logInfo('theirs')
  expect(await other.flush()).toBe(true)
  expect(server.events.map((event) => event['message'])).toEqual(['theirs'])
})

test.each(['process.exit(3)', 'throw new Error("crash")'])(
  'what was logged just before %s is on disk',
  async (end) => {
    const source = new URL('./create-weir.ts', import.meta.url).href
    const options = JSON.stringify({ url: 'http://127.0.0.1:9', apiKey: 'k', spool: { directory } })
    spawnSync(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { createWeir } from ${JSON.stringify(source)}
     const weir = createWeir(${options})
     for (let i = 0; i < 1200; i += 1) weir.logInfo('m' + i)
     ${end}`,
    ])
    const { weir, sent } = createQuickWeir({ spool: { directory } })
    opened.push(weir)
    await until(() => weir.stats().delivered === 1_200)
    expect((await sent())[1_199]).toMatchObject({ message: 'm1199' })
  },
)

test('what was logged a moment before SIGKILL is on disk', async () => {
  const source = new URL('./create-weir.ts', import.meta.url).href
  const options = JSON.stringify({ url: 'http://127.0.0.1:9', apiKey: 'k', batchMs: 1, spool: { directory } })
  spawnSync(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { createWeir } from ${JSON.stringify(source)}
     const weir = createWeir(${options})
     for (let i = 0; i < 700; i += 1) weir.logInfo('m' + i)
     while (weir.stats().spooled < 700) await new Promise((resolve) => setTimeout(resolve, 1))
     process.kill(process.pid, 'SIGKILL')`,
  ])
  const { weir } = createQuickWeir({ spool: { directory } })
  opened.push(weir)
  await until(() => weir.stats().delivered === 700)
})

test('what is on its way to the disk when the client is shut down gets there, and nothing is dropped', async () => {
  for (let round = 0; round < 20; round += 1) {
    const weir = open(down)
    weir.logInfo('a')
    // The file is begun, and not waited for.
    void weir.flush(0)
    expect(await weir.shutdown(0)).toBe(false)
    expect(weir.stats()).toMatchObject({ logged: 1, dropped: 0, pending: 0 })
  }
  const { weir } = createQuickWeir({ spool: { directory } })
  opened.push(weir)
  await until(() => weir.stats().delivered === 20)
})
