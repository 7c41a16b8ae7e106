import { expect, test } from '@jest/globals'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openJournal, type Journal, type JournalOptions, type JournalProblem } from './index.ts'

/** A directory on the real disk, removed when disposed, and what the journals in it report. */
function createTestDirectory() {
  const root = mkdtempSync(join(tmpdir(), 'weir-journal-'))
  const directory = join(root, 'made', 'here')
  const problems: JournalProblem[] = []
  const open = (options: Partial<JournalOptions> = {}) =>
    openJournal({ directory, minFreeBytes: 0, onProblem: (problem) => problems.push(problem), ...options })
  const listSegments = () => readdirSync(directory).filter((name) => name.endsWith('.seg'))
  const segmentPath = (index = 0) => join(directory, listSegments().toSorted()[index] ?? 'none')
  return {
    directory,
    problems,
    open,
    listSegments,
    segmentPath,
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  }
}

async function listPayloads(journal: Journal): Promise<string[]> {
  const payloads: string[] = []
  for await (const { payload } of journal.frames()) payloads.push(payload.toString())
  return payloads
}

async function writeFrames(open: () => Promise<Journal>, texts: string[]): Promise<void> {
  await using journal = await open()
  for (const text of texts) await journal.append(Buffer.from(text))
}

/** Another process that opens the journal, says so, and then appends numbers and prints each that is acknowledged. */
function spawnWriter(directory: string, round: number): ChildProcess {
  const program = `
    const { openJournal } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)})
    const journal = await openJournal({ directory: process.argv[1], segmentBytes: 5000, minFreeBytes: 0 })
    process.stdout.write('open\\n')
    let next = 0
    const append = async () => {
      for (;;) {
        const id = '${round}-' + next++
        await journal.append(Buffer.from(id))
        process.stdout.write(id + '\\n')
      }
    }
    for (let writer = 0; writer < 8; writer += 1) void append()`
  return spawn(process.execPath, ['--input-type=module', '--eval', program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
}

test('frames are there after a restart, in order, in files that only their owner may read', async () => {
  using at = createTestDirectory()
  await writeFrames(at.open, ['one', 'two', 'three'])
  expect(statSync(at.directory).mode & 0o777).toBe(0o700)
  for (const name of readdirSync(at.directory)) {
    expect([name, statSync(join(at.directory, name)).mode & 0o777]).toEqual([name, 0o600])
  }
  await using journal = await at.open()
  expect(await listPayloads(journal)).toEqual(['one', 'two', 'three'])
  expect(journal.bytes).toBe(statSync(at.segmentPath()).size)
  expect(at.problems).toEqual([])
})

test('frames over many segments come back in order; what is released in one run is gone in the next', async () => {
  using at = createTestDirectory()
  const texts = Array.from({ length: 200 }, (_, index) => `frame ${index} `.repeat(20))
  {
    await using journal = await at.open({ segmentBytes: 5000 })
    const refs = []
    for (const text of texts) refs.push(await journal.append(Buffer.from(text)))
    for (const ref of refs.slice(0, 100)) journal.release(ref)
  }
  await using journal = await at.open()
  const payloads = await listPayloads(journal)
  expect(payloads).toEqual(texts.slice(-payloads.length))
  // Up to the frames that share a segment with one that is still needed.
  expect(payloads.length).toBeLessThan(140)
  for await (const { ref } of journal.frames()) journal.release(ref)
  await journal.close()
  expect(at.listSegments()).toEqual([])
})

test.each<[string, (whole: Buffer) => Buffer]>([
  ['half a frame', (whole) => whole.subarray(0, whole.length - 2)],
  [
    'half a frame and zeros',
    (whole) => Buffer.concat([whole.subarray(0, whole.length - 2), Buffer.alloc(3000)]),
  ],
  ['anything', (whole) => Buffer.concat([whole.subarray(0, whole.length - 33), Buffer.from('any bytes')])],
])('a last segment that ends in %s is cut to its last whole frame', async (_, spoil) => {
  using at = createTestDirectory()
  await writeFrames(at.open, ['one', 'two', 'three'])
  const wholeBytes = statSync(at.segmentPath()).size
  writeFileSync(at.segmentPath(), spoil(readFileSync(at.segmentPath())))
  await using journal = await at.open()
  expect(await listPayloads(journal)).toEqual(['one', 'two'])
  expect(at.problems).toMatchObject([{ kind: 'torn-tail', offset: wholeBytes - 33 }])
  expect(statSync(at.segmentPath()).size).toBe(wholeBytes - 33)
  expect(journal.bytes).toBe(wholeBytes - 33)
})

test('zeros behind the last frame of any segment are room, which is cut off', async () => {
  using at = createTestDirectory()
  for (const texts of [['one', 'two'], ['three']]) await writeFrames(at.open, texts)
  const sizes = [0, 1].map((index) => statSync(at.segmentPath(index)).size)
  for (const index of [0, 1]) appendFileSync(at.segmentPath(index), Buffer.alloc(3000))
  await using journal = await at.open()
  expect(await listPayloads(journal)).toEqual(['one', 'two', 'three'])
  expect([0, 1].map((index) => statSync(at.segmentPath(index)).size)).toEqual(sizes)
  expect(at.problems).toEqual([])
})

test('under load segments are prepared on the disk, and a journal that is closed leaves none of their room', async () => {
  using at = createTestDirectory()
  const segmentBytes = 200_000
  const texts: string[] = []
  {
    await using journal = await at.open({ segmentBytes })
    const isPrepared = () => at.listSegments().some((_, index) => holdsRoom(at.segmentPath(index)))
    const holdsRoom = (path: string) => statSync(path).size === segmentBytes
    while (!isPrepared()) {
      const text = `frame ${texts.length} `.repeat(100)
      await journal.append(Buffer.from(text))
      texts.push(text)
    }
  }
  for (const name of at.listSegments()) {
    expect(readFileSync(join(at.directory, name)).at(-1)).toBe(' '.charCodeAt(0))
  }
  await using journal = await at.open()
  expect(await listPayloads(journal)).toEqual(texts)
  expect(at.problems).toEqual([])
})

test.each(['seg', 'empty'])('a segment without a frame (%s) is no problem', async (kind) => {
  using at = createTestDirectory()
  mkdirSync(at.directory, { recursive: true })
  const header = Buffer.from('45565731010000000100000000000000', 'hex')
  writeFileSync(join(at.directory, '000000000001-0badcafe.seg'), kind === 'empty' ? '' : header)
  await using journal = await at.open()
  expect(await listPayloads(journal)).toEqual([])
  expect(at.problems).toEqual([])
})

test.each<[string, number, string[]]>([
  ['first bytes', 2, ['one', 'two', 'three']],
  ['version', 4, ['one', 'two', 'three']],
  ['second frame', 16 + 31 + 29, ['one', 'three']],
])('damage to the %s costs only that, and the file is kept in quarantine', async (_, offset, expected) => {
  using at = createTestDirectory()
  await writeFrames(at.open, ['one', 'two', 'three'])
  const [name = ''] = at.listSegments()
  const damaged = readFileSync(at.segmentPath())
  damaged[offset] = (damaged[offset] ?? 0) ^ 0x40
  writeFileSync(at.segmentPath(), damaged)
  for (let start = 0; start < 2; start += 1) {
    await using journal = await at.open()
    expect(await listPayloads(journal)).toEqual(expected)
  }
  expect(at.problems).toMatchObject([
    { kind: 'corrupt-frame', file: name },
    { kind: 'corrupt-frame', file: name },
  ])
  {
    await using journal = await at.open()
    for await (const { ref } of journal.frames()) journal.release(ref)
  }
  expect(at.listSegments()).toEqual([])
  expect(readFileSync(join(at.directory, 'quarantine', name))).toEqual(damaged)
})

test('a bad tail before the last segment is damage, not a torn tail', async () => {
  using at = createTestDirectory()
  await writeFrames(at.open, ['one', 'two'])
  await writeFrames(at.open, ['three'])
  writeFileSync(at.segmentPath(0), readFileSync(at.segmentPath(0)).subarray(0, -1))
  await using journal = await at.open()
  expect(await listPayloads(journal)).toEqual(['one', 'three'])
  expect(at.problems.map(({ kind }) => kind)).toEqual(['corrupt-frame'])
  expect(readdirSync(join(at.directory, 'quarantine'))).toHaveLength(1)
})

test('a segment that cannot be read stays where it is, and the rest is read', async () => {
  using at = createTestDirectory()
  await writeFrames(at.open, ['one'])
  mkdirSync(join(at.directory, '000000000000-00000000.seg'))
  await using journal = await at.open()
  expect(await listPayloads(journal)).toEqual(['one'])
  expect(at.problems.map(({ kind }) => kind)).toEqual(['unreadable-segment', 'cleanup-failed'])
})

test('a frame that is damaged while the journal is open is not given out', async () => {
  using at = createTestDirectory()
  await using journal = await at.open()
  const ref = await journal.append(Buffer.from('one'))
  const damaged = readFileSync(at.segmentPath())
  damaged[damaged.length - 1] = 0
  writeFileSync(at.segmentPath(), damaged)
  await expect(journal.read(ref)).rejects.toMatchObject({ name: 'JournalReadError' })
  expect(at.problems.map(({ kind }) => kind)).toEqual(['corrupt-frame'])
})

test('a segment of a newer format stops the start, is left as it is, and the directory is free again', async () => {
  using at = createTestDirectory()
  await writeFrames(at.open, ['one'])
  const newer = Buffer.concat([
    readFileSync(at.segmentPath()).subarray(0, 16),
    Buffer.from('frames of version 2'),
  ])
  newer[4] = 2
  writeFileSync(at.segmentPath(), newer)
  for (let start = 0; start < 2; start += 1) await expect(at.open()).rejects.toThrow('journal format 2')
  expect(readFileSync(at.segmentPath())).toEqual(newer)
})

test('a second journal in the same directory is refused, and told who has it', async () => {
  using at = createTestDirectory()
  const first = await at.open()
  await expect(at.open()).rejects.toMatchObject({ name: 'JournalLockedError' })
  await expect(at.open()).rejects.toThrow(`in use by process ${process.pid} on `)
  await first.append(Buffer.from('one'))
  await first.close()
  await using second = await at.open()
  expect(await listPayloads(second)).toEqual(['one'])
})

test('a process that is killed lets go of the directory, and what it had acknowledged is there', async () => {
  using at = createTestDirectory()
  const acknowledged = new Set<string>()
  for (let round = 0; round < 2; round += 1) {
    const writer = spawnWriter(at.directory, round)
    if (!writer.stdout) throw new Error('no pipe')
    const ended = once(writer, 'exit')
    try {
      for await (const line of createInterface(writer.stdout)) {
        if (line === 'open') await expect(at.open()).rejects.toThrow(`process ${writer.pid} on `)
        else acknowledged.add(line)
        if (acknowledged.size >= 300 * (round + 1)) break
      }
    } finally {
      writer.kill('SIGKILL')
    }
    await ended
    await using journal = await at.open()
    const recovered = await listPayloads(journal)
    expect([...acknowledged].filter((id) => !recovered.includes(id))).toEqual([])
    expect(new Set(recovered).size).toBe(recovered.length)
  }
})
