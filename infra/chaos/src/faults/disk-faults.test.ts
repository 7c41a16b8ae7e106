import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Random } from '../random.ts'
import { addZeros, flipBit, putGarbage } from './corrupt-file.ts'
import { mountPowerLossDisk, whyNoPowerLoss } from './power-loss-disk.ts'
import { mountSmallDisk, whyNoMount } from './small-disk.ts'
import { injectSyscallFault, listFileThreads, whyNoStrace, type SyscallEffect } from './syscall-faults.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weir-faults-'))
})

afterEach(() => rm(directory, { recursive: true, force: true }))

test('damages a file as it is told', async () => {
  const path = join(directory, 'file')
  await writeFile(path, 'abcdef')
  await flipBit(path, 1, 0)
  expect(await readFile(path, 'utf8')).toBe('accdef')
  await addZeros(path, 3)
  expect(await readFile(path, 'latin1')).toBe('accdef\0\0\0')
  await putGarbage(path, 5, 10, new Random(1))
  expect(await readFile(path)).toHaveLength(15)
  expect((await readFile(path, 'latin1')).slice(0, 5)).toBe('accde')
  await expect(flipBit(path, 15, 0)).rejects.toThrow('ends before byte 15')
})

test('a small disk is full until it is healed', async () => {
  const why = await whyNoMount()
  if (why !== undefined) {
    // Where nothing can be mounted, that is what the tool has to say.
    expect(why).toMatch(/root|mount/)
    return
  }
  await using disk = await mountSmallDisk(join(directory, 'small'), 256 * 1024)
  const path = join(disk.directory, 'file')
  await writeFile(path, 'before')
  await using fault = await disk.fill()
  await expect(writeFile(path, 'x'.repeat(8_192), { flag: 'a' })).rejects.toThrow('ENOSPC')
  await fault.heal()
  await writeFile(path, 'after')
  expect(await readFile(path, 'utf8')).toBe('after')
})

test('a disk that lost its power fails, and then has only what was synced', async () => {
  const why = await whyNoPowerLoss()
  if (why !== undefined) {
    expect(why).toMatch(/root|mount|loop|ext4|perl/)
    return
  }
  await using disk = await mountPowerLossDisk(
    join(directory, 'image'),
    join(directory, 'disk'),
    16 * 1024 * 1024,
  )
  await writeFile(join(disk.directory, 'synced'), 'kept', { flush: true })
  await writeFile(join(disk.directory, 'written'), 'lost')
  await disk.losePower()
  await expect(writeFile(join(disk.directory, 'late'), 'x')).rejects.toThrow('EIO')
  await disk.restorePower()
  expect(await readFile(join(disk.directory, 'synced'), 'utf8')).toBe('kept')
  const written = await readFile(join(disk.directory, 'written'), 'utf8').catch(() => 'no file')
  expect(written).not.toBe('lost')
})

/** A Node process that appends a line to a file whenever it is sent one, and says what came of it. */
function startWriter(path: string) {
  const script = `
    import { open } from 'node:fs/promises'
    import { constants as c } from 'node:fs'
    import { createInterface } from 'node:readline'
    const file = await open(${JSON.stringify(path)}, c.O_WRONLY | c.O_APPEND | c.O_CREAT | c.O_DSYNC)
    await file.write('ready')
    console.log('ready')
    for await (const line of createInterface({ input: process.stdin })) {
      const atMs = performance.now()
      const outcome = await file.write(line).then(() => 'ok', ({ code }) => code)
      console.log(outcome, Math.round(performance.now() - atMs))
    }`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    next: async () => String((await lines.next()).value),
    write: () => child.stdin.write('line\n'),
  }
}

test.each([
  ['fails', { error: 'EIO' }, /^EIO/],
  ['finds no room', { error: 'ENOSPC' }, /^ENOSPC/],
  ['takes its time', { delayMs: 300 }, /^ok [3-9]\d\d/],
] satisfies [string, SyscallEffect, RegExp][])(
  'a write %s until it is healed',
  async (_name, effect, outcome) => {
    const why = await whyNoStrace()
    if (why !== undefined) {
      expect(why).toMatch(/strace/)
      return
    }
    const path = join(directory, 'file')
    const writer = startWriter(path)
    try {
      expect(await writer.next()).toBe('ready')
      const fault = await injectSyscallFault({
        targets: await listFileThreads(writer.child.pid ?? 0),
        syscalls: 'write',
        path,
        effect,
      })
      writer.write()
      expect(await writer.next()).toMatch(outcome)
      expect(await fault.hits()).toBe(1)
      await fault.heal()
      writer.write()
      expect(await writer.next()).toMatch(/^ok/)
    } finally {
      writer.child.kill()
      await once(writer.child, 'exit')
    }
  },
)
