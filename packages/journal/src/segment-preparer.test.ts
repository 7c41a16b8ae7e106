import { expect, test } from '@jest/globals'
import { openUnlockedJournal, type Journal, type JournalOptions } from './journal.ts'
import type { JournalProblem } from './problem.ts'
import { SimulatedDisk } from './simulated-disk.ts'

const segmentBytes = 2000

async function openTestJournal(options: Partial<JournalOptions> = {}, zeroing = Promise.resolve()) {
  const disk = new SimulatedDisk(() => 0)
  const problems: JournalProblem[] = []
  const clock = { nowMs: 1000 }
  const open = () => {
    const fs = disk.boot()
    const writeZeros: typeof fs.writeZeros = (...range) => zeroing.then(() => fs.writeZeros(...range))
    return openUnlockedJournal(
      { ...fs, writeZeros },
      {
        directory: '/journal',
        segmentBytes,
        minFreeBytes: 0,
        now: () => clock.nowMs,
        onProblem: (problem) => problems.push(problem),
        ...options,
      },
    )
  }
  return { disk, clock, open, journal: await open(), kinds: () => problems.map(({ kind }) => kind) }
}

const payload = (length: number) => Buffer.alloc(length, 'x')
const listLengths = (disk: SimulatedDisk) => [...disk.files.values()].map(({ cached }) => cached.length)
const calls = (disk: SimulatedDisk) => [disk.calls.get('createFile'), disk.calls.get('syncDirectory')]

async function listPayloadLengths(journal: Journal): Promise<number[]> {
  const lengths: number[] = []
  for await (const { ref } of journal.frames()) lengths.push((await journal.read(ref)).length)
  return lengths
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate)
}

/** Lets the background come to its end: the simulated disk takes a turn or two for each operation. */
async function calm(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
}

/** The first segment holds frames of 300 and 301 bytes, and the one that was prepared meanwhile one of 302. */
async function openPrepared(options: Partial<JournalOptions> = {}) {
  const at = await openTestJournal(options)
  const refs = [await at.journal.append(payload(300))]
  await calm()
  for (const length of [301, 302]) refs.push(await at.journal.append(payload(length)))
  await calm()
  return { ...at, refs }
}

test('a journal of little use has one small file', async () => {
  const { disk, journal } = await openTestJournal()
  await journal.append(payload(100))
  await calm()
  expect(listLengths(disk)).toEqual([16 + 28 + 100])
})

test('the next segment is prepared in the background, and appends to it create and sync no file', async () => {
  const { disk, journal } = await openTestJournal()
  await journal.append(payload(300))
  await until(() => listLengths(disk)[1] === segmentBytes)
  await calm()
  const before = calls(disk)
  const ref = await journal.append(payload(200))
  expect(ref.segment).toBe(2)
  expect(listLengths(disk)).toEqual([344, segmentBytes])
  expect(calls(disk)).toEqual(before)
  expect(journal.bytes).toBe(344 + 244)
  expect(await journal.read(ref)).toEqual(payload(200))
})

test.each(['kill', 'cutPower'] as const)(
  'prepared room is no problem after %s: it is cut off, and the spare segment removed',
  async (crash) => {
    const { disk, open, kinds } = await openPrepared()
    expect(listLengths(disk)).toEqual([344, segmentBytes, segmentBytes])
    disk[crash]()
    const journal = await open()
    expect(await listPayloadLengths(journal)).toEqual([300, 301, 302])
    await calm()
    expect(listLengths(disk)).toEqual([344, 16 + 28 + 301 + 28 + 302])
    expect(journal.bytes).toBe(344 + 675)
    expect(kinds()).toEqual([])
  },
)

test('a torn frame is reported as one although room and a spare segment follow it', async () => {
  const { disk, open, kinds } = await openPrepared()
  disk.kill()
  const torn = [...disk.files.values()][1]
  torn?.cached.fill('torn', 675, 700)
  const journal = await open()
  expect(await listPayloadLengths(journal)).toEqual([300, 301, 302])
  await calm()
  expect(listLengths(disk)).toEqual([344, 675])
  expect(kinds()).toEqual(['torn-tail'])
})

test('closing leaves files of the length of their frames', async () => {
  const { disk, journal } = await openPrepared()
  await journal.close()
  expect(listLengths(disk)).toEqual([344, 675])
})

test('an idle journal gives up the spare segment, too', async () => {
  const { disk, journal, refs } = await openPrepared()
  for (const ref of refs) journal.release(ref)
  expect(await journal.sealIfIdle()).toBe(true)
  await calm()
  expect(listLengths(disk)).toEqual([])
})

test('a group that is longer than the room that is left makes the file longer', async () => {
  const { disk, journal, open } = await openPrepared()
  await journal.append(payload(5000))
  expect(listLengths(disk)).toContain(675 + 5028)
  disk.cutPower()
  expect(await listPayloadLengths(await open())).toEqual([300, 301, 302, 5000])
})

test('a segment that is not ready when it is needed is given up, and the order stays', async () => {
  const { promise: zeroing, resolve: zero } = Promise.withResolvers<void>()
  const { disk, journal, open } = await openTestJournal({}, zeroing)
  const segments: number[] = []
  for (const length of [300, 1700, 5]) segments.push((await journal.append(payload(length))).segment)
  expect(segments).toEqual([1, 1, 3])
  zero()
  await calm()
  expect(listLengths(disk)).toEqual([16 + 328 + 1728, 49])
  disk.kill()
  expect(await listPayloadLengths(await open())).toEqual([300, 1700, 5])
})

test.each(['createFile', 'writeZeros', 'syncDirectory'] as const)(
  'when a segment cannot be prepared (%s), the active one goes on growing',
  async (operation) => {
    const { disk, journal, kinds } = await openTestJournal()
    await journal.append(payload(100))
    disk.nextFaults.set(operation, ['ENOSPC'])
    await journal.append(payload(300))
    await until(() => kinds().length > 0)
    await calm()
    await journal.append(payload(300))
    expect(listLengths(disk)).toEqual([16 + 128 + 328 + 328])
    expect(kinds()).toEqual(['prepare-failed'])
  },
)

test('a full disk takes prepared room away as well, and the segment grows when there is room', async () => {
  const { disk, clock, journal, open, kinds } = await openPrepared()
  disk.nextFaults.set('write', ['short', 'ENOSPC'])
  await expect(journal.append(payload(9))).rejects.toMatchObject({ reason: 'disk' })
  expect(listLengths(disk)).toEqual([344, 675, segmentBytes])
  clock.nowMs += 1000
  await expect(journal.append(payload(9))).rejects.toMatchObject({ reason: 'disk' })
  await calm()
  // The spare segment has its room already.
  expect((await journal.append(payload(9))).segment).toBe(3)
  disk.kill()
  expect(await listPayloadLengths(await open())).toEqual([300, 301, 302, 9])
  expect(kinds()).toEqual(['write-failed'])
})

test.each<[string, Partial<JournalOptions>]>([
  ['its full size', { maxBytes: 2300 }],
  ['what the disk keeps free', { minFreeBytes: 8100 }],
])('nothing is prepared beyond %s', async (_, options) => {
  const { disk, clock, journal } = await openTestJournal(options)
  disk.freeBytes = 10_000
  clock.nowMs += 1000
  expect(journal.roomBytes).toBeGreaterThan(0)
  await calm()
  await journal.append(payload(300))
  await calm()
  expect(listLengths(disk)).toEqual([344])
})

test('preparing changes nothing of how much room there is', async () => {
  const { disk, clock, journal } = await openPrepared({ minFreeBytes: 1000 })
  disk.freeBytes = 3000
  clock.nowMs += 1000
  expect(journal.roomBytes).toBeGreaterThan(0)
  await calm()
  const leftInActive = segmentBytes - 675
  expect(journal.roomBytes).toBe(3000 + leftInActive + segmentBytes - 1000)
})

test('a segment that has no room any more when it is ready is given up', async () => {
  const { promise: zeroing, resolve: zero } = Promise.withResolvers<void>()
  const { disk, journal } = await openTestJournal({ maxBytes: 2700 }, zeroing)
  await journal.append(payload(300))
  await journal.append(payload(500))
  zero()
  await until(() => listLengths(disk)[1] === segmentBytes)
  await calm()
  await journal.append(payload(100))
  await calm()
  expect(listLengths(disk)).toEqual([16 + 328 + 528, 16 + 128])
})
