import { expect, test } from '@jest/globals'
import { openUnlockedJournal, type Journal, type JournalOptions } from './journal.ts'
import type { JournalProblem } from './problem.ts'
import { SimulatedDisk } from './simulated-disk.ts'

/** A journal on a simulated disk that fails only when told to. */
async function openTestJournal(options: Partial<JournalOptions> = {}) {
  const disk = new SimulatedDisk(() => 0)
  const problems: JournalProblem[] = []
  const clock = { nowMs: 1000 }
  const onProblem = (problem: JournalProblem) => problems.push(problem)
  const open = () =>
    openUnlockedJournal(disk.boot(), { directory: '/journal', now: () => clock.nowMs, onProblem, ...options })
  const journal = await open()
  /** Lets a second pass; the append after that is what makes the journal ask the disk for its free space. */
  const askDisk = async () => {
    clock.nowMs += 1000
    await Promise.allSettled([journal.append(bytes(1))])
    await new Promise(setImmediate)
  }
  return { disk, clock, open, journal, askDisk, kinds: () => problems.map(({ kind }) => kind) }
}

const bytes = (length: number) => Buffer.alloc(length, 'x')
const segmentNames = (files: Map<string, unknown>) => [...files.keys()].map((path) => path.slice(9, 21))

async function listPayloads(journal: Journal): Promise<string[]> {
  const payloads: string[] = []
  for await (const { payload } of journal.frames()) payloads.push(payload.toString())
  return payloads
}

/** Waits, a turn of the event loop at a time, until the background has come that far. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate)
}

test('appends that arrive together share one write and one sync, and keep their order', async () => {
  const { journal, disk } = await openTestJournal()
  const refs = await Promise.all(['a', 'b', 'c'].map((text) => journal.append(Buffer.from(text))))
  expect([disk.calls.get('write'), disk.calls.get('syncData')]).toEqual([1, 1])
  expect(refs.map(({ seq }) => seq - (refs[0]?.seq ?? 0))).toEqual([0, 1, 2])
  expect((await Promise.all(refs.map((ref) => journal.read(ref)))).join('')).toBe('abc')
})

test('appends that arrive while a group is written form the next one', async () => {
  const { journal, disk } = await openTestJournal()
  const first = journal.append(bytes(1))
  await until(() => disk.calls.get('write') === 1)
  await Promise.all([first, journal.append(bytes(2)), journal.append(bytes(3))])
  expect(disk.calls.get('syncData')).toBe(2)
})

test('the directory is synced once for a new segment, not for each group', async () => {
  const { journal, disk } = await openTestJournal()
  const before = disk.calls.get('syncDirectory') ?? 0
  await journal.append(bytes(1))
  await journal.append(bytes(1))
  expect(disk.calls.get('syncDirectory')).toBe(before + 1)
})

test('a short write is continued where it ended', async () => {
  const { journal, disk, open } = await openTestJournal()
  disk.nextFaults.set('write', ['short', 'short', 'short'])
  await journal.append(Buffer.from('whole'))
  expect(disk.calls.get('write')).toBe(4)
  disk.cutPower()
  expect(await listPayloads(await open())).toEqual(['whole'])
})

test('a full disk rejects the group, takes its bytes away, and the same segment goes on when there is room', async () => {
  const { journal, disk, askDisk, kinds } = await openTestJournal()
  await journal.append(bytes(10))
  const before = journal.bytes
  disk.nextFaults.set('write', ['short', 'ENOSPC'])
  await expect(journal.append(bytes(10))).rejects.toMatchObject({ name: 'JournalFullError', reason: 'disk' })
  expect([...disk.files.values()].map(({ cached }) => cached.length)).toEqual([before])
  // Until the disk is asked again, appends are refused without trying.
  await expect(journal.append(bytes(10))).rejects.toMatchObject({ reason: 'disk' })
  expect(disk.calls.get('write')).toBe(3)
  await askDisk()
  await journal.append(bytes(10))
  expect(segmentNames(disk.files)).toEqual(['000000000001'])
  expect(kinds()).toEqual(['write-failed'])
})

test('any number of full disks does not break the journal', async () => {
  const { journal, disk, askDisk } = await openTestJournal()
  for (let round = 0; round < 5; round += 1) {
    disk.nextFaults.set('write', ['ENOSPC'])
    await expect(journal.append(bytes(1))).rejects.toThrow('no room')
    await askDisk()
  }
  await journal.append(bytes(1))
  expect(journal.isBroken).toBe(false)
})

test('a segment that cannot be cut back is sealed, and what it holds is read', async () => {
  const { journal, disk, askDisk, open } = await openTestJournal()
  await journal.append(Buffer.from('before'))
  disk.nextFaults.set('write', ['ENOSPC'])
  disk.nextFaults.set('truncate', ['EIO'])
  await expect(journal.append(bytes(10))).rejects.toThrow('no room')
  await askDisk()
  await journal.append(Buffer.from('after'))
  expect(segmentNames(disk.files)).toEqual(['000000000001', '000000000002'])
  disk.kill()
  expect(await listPayloads(await open())).toEqual(['before', 'after'])
})

test('a failed sync rejects its group and seals the segment; the next group goes to a new one', async () => {
  const { journal, disk, kinds, open } = await openTestJournal()
  await journal.append(Buffer.from('before'))
  disk.nextFaults.set('syncData', ['EIO'])
  const group = [journal.append(bytes(5)), journal.append(bytes(5))]
  const outcomes = await Promise.allSettled(group)
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(group[0]).rejects.toMatchObject({ name: 'JournalWriteError', cause: { code: 'EIO' } })
  await journal.append(Buffer.from('after'))
  expect(segmentNames(disk.files)).toEqual(['000000000001', '000000000002'])
  expect(kinds()).toEqual(['sync-failed'])
  disk.kill()
  expect(await listPayloads(await open())).toEqual(['before', 'after'])
})

test('two failures in a row break the journal: it rejects what waits and refuses more, and still reads', async () => {
  const { journal, disk, kinds } = await openTestJournal()
  const ref = await journal.append(Buffer.from('before'))
  disk.nextFaults.set('syncData', ['EIO', 'EIO'])
  await expect(journal.append(bytes(1))).rejects.toThrow('EIO')
  expect(journal.isBroken).toBe(false)
  const second = expect(journal.append(bytes(1))).rejects.toThrow('EIO')
  await until(() => disk.calls.get('write') === 3)
  await Promise.all([second, expect(journal.append(bytes(1))).rejects.toThrow('twice in a row')])
  expect(journal.isBroken).toBe(true)
  await expect(journal.append(bytes(1))).rejects.toMatchObject({ name: 'JournalWriteError' })
  expect(kinds()).toEqual(['sync-failed', 'sync-failed', 'broken'])
  expect((await journal.read(ref)).toString()).toBe('before')
})

test('failures with a success between them do not break the journal', async () => {
  const { journal, disk } = await openTestJournal()
  for (const operation of ['createFile', 'write', 'syncData', 'syncDirectory'] as const) {
    disk.nextFaults.set(operation, ['EIO'])
    await expect(journal.append(bytes(1))).rejects.toThrow('EIO')
    journal.release(await journal.append(bytes(1)))
    await journal.sealIfIdle()
  }
  expect(journal.isBroken).toBe(false)
})

test('the journal refuses beyond its full size, and takes appends again when a segment is released', async () => {
  const { journal } = await openTestJournal({ segmentBytes: 500, maxBytes: 1000 })
  const refs = [await journal.append(bytes(460)), await journal.append(bytes(400))]
  await expect(journal.append(bytes(100))).rejects.toMatchObject({ reason: 'max-bytes' })
  for (const ref of refs) journal.release(ref)
  await until(() => journal.bytes < 500)
  await journal.append(bytes(100))
})

test('the journal refuses while the disk is short of space, and asks the disk once a second at most', async () => {
  const { journal, disk, askDisk } = await openTestJournal({ minFreeBytes: 1000 })
  disk.freeBytes = 900
  await journal.append(bytes(1))
  await askDisk()
  await expect(journal.append(bytes(1))).rejects.toMatchObject({ reason: 'disk' })
  disk.freeBytes = 5000
  await expect(journal.append(bytes(1))).rejects.toMatchObject({ reason: 'disk' })
  await askDisk()
  await journal.append(bytes(1))
  expect(disk.calls.get('freeBytes')).toBe(3)
})

test('what was let through since the disk was asked counts against its free space', async () => {
  const { journal, disk, askDisk } = await openTestJournal({ minFreeBytes: 1000 })
  disk.freeBytes = 2000
  await askDisk()
  await journal.append(bytes(800))
  await expect(journal.append(bytes(800))).rejects.toMatchObject({ reason: 'disk' })
})

test('how much room there is follows the nearer of its own limit and the free space, without an append', async () => {
  const { journal, disk, clock } = await openTestJournal({ maxBytes: 10_000, minFreeBytes: 1000 })
  expect(journal.roomBytes).toBe(10_000)
  await journal.append(bytes(956))
  expect(journal.roomBytes).toBe(9_000)
  disk.freeBytes = 1500
  clock.nowMs += 1000
  expect(journal.roomBytes).toBe(9_000)
  await until(() => journal.roomBytes === 500)
  disk.freeBytes = 1024 ** 4
  clock.nowMs += 1000
  await until(() => journal.roomBytes === 9_000)
})

test('the journal refuses when too much waits for the disk', async () => {
  const { journal } = await openTestJournal({ maxQueuedBytes: 300 })
  const appends = [journal.append(bytes(200)), journal.append(bytes(200))]
  await expect(appends[1]).rejects.toMatchObject({ name: 'JournalFullError', reason: 'queue' })
  await appends[0]
})

test('an empty payload and one beyond 64 MiB are refused', async () => {
  const { journal } = await openTestJournal()
  await expect(journal.append([])).rejects.toThrow(RangeError)
  await expect(journal.append(bytes(64 * 1024 * 1024 + 1))).rejects.toThrow(RangeError)
})

test('a sealed segment goes when its last frame is released, in any order and however often', async () => {
  const { journal, disk } = await openTestJournal({ segmentBytes: 100 })
  const [first, second, third] = await Promise.all([1, 2, 3].map(() => journal.append(bytes(50))))
  if (!first || !second || !third) throw new Error('three frames')
  for (const ref of [third, third, third, first]) journal.release(ref)
  expect(segmentNames(disk.files)).toEqual(['000000000001'])
  journal.release(second)
  await until(() => journal.bytes === 0)
  expect(segmentNames(disk.files)).toEqual([])
  await expect(journal.read(first)).rejects.toMatchObject({ name: 'JournalReadError' })
})

test('a removal that fails is reported and tried again with the next', async () => {
  const { journal, disk, kinds } = await openTestJournal({ segmentBytes: 10 })
  const refs = [await journal.append(bytes(50)), await journal.append(bytes(50))]
  disk.nextFaults.set('remove', ['EIO'])
  for (const ref of refs) {
    journal.release(ref)
    await until(() => kinds().includes('cleanup-failed'))
  }
  await until(() => journal.bytes === 0)
  expect(disk.calls.get('remove')).toBe(3)
})

test('an idle journal shrinks to nothing, and only an idle one', async () => {
  const { journal, disk } = await openTestJournal()
  expect(await journal.sealIfIdle()).toBe(false)
  const ref = await journal.append(bytes(5))
  expect(await journal.sealIfIdle()).toBe(false)
  journal.release(ref)
  const pending = journal.append(bytes(5))
  expect(await journal.sealIfIdle()).toBe(false)
  journal.release(await pending)
  expect(await journal.sealIfIdle()).toBe(true)
  await until(() => journal.bytes === 0)
  expect(segmentNames(disk.files)).toEqual([])
  await journal.append(bytes(5))
  expect(segmentNames(disk.files)).toEqual(['000000000002'])
})

test('the age is that of the oldest frame that is not released, after a restart too', async () => {
  const { journal, disk, clock, open } = await openTestJournal({ segmentBytes: 60 })
  const refs = []
  for (clock.nowMs of [2000, 3000, 4000]) refs.push(await journal.append(bytes(20)))
  expect(journal.oldestUnreleasedAtMs).toBe(2000)
  for (const ref of refs.slice(0, 2)) journal.release(ref)
  expect(journal.oldestUnreleasedAtMs).toBe(4000)
  disk.cutPower()
  const again = await open()
  expect(again.oldestUnreleasedAtMs).toBeLessThanOrEqual(4000)
  for await (const { ref } of again.frames()) again.release(ref)
  expect(again.oldestUnreleasedAtMs).toBeUndefined()
})

test('closing writes what is queued, refuses more, and can be done twice', async () => {
  const { journal, open } = await openTestJournal()
  const pending = journal.append(Buffer.from('last'))
  const closing = journal.close()
  await expect(journal.append(bytes(1))).rejects.toThrow('closed')
  await Promise.all([pending, closing, journal.close()])
  expect(await listPayloads(await open())).toEqual(['last'])
})

test('numbers go on where they were, although the journal was empty in between', async () => {
  const { journal, clock, open } = await openTestJournal()
  const first = await journal.append(bytes(1))
  journal.release(first)
  await journal.close()
  clock.nowMs += 1
  const second = await (await open()).append(bytes(1))
  expect(second.seq).toBeGreaterThan(first.seq)
})
