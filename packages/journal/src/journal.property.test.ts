import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import type { FileSystem } from './file-system.ts'
import { seen, Trial, type Step } from './journal-trial.ts'

const anAppend = fc.record({
  do: fc.constant('append' as const),
  sizes: fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 8 }),
})
const aRestart = fc.record({
  do: fc.constant('restart' as const),
  how: fc.constantFrom('kill' as const, 'power' as const, 'power' as const, 'close' as const),
})
const aStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: anAppend },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), turns: fc.nat(12) }) },
  { weight: 3, arbitrary: fc.constant({ do: 'settle' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('release' as const), share: fc.constantFrom(0.3, 0.8, 1) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'seal' as const }) },
  { weight: 3, arbitrary: aRestart },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('faults' as const), rate: fc.constantFrom(0, 0, 0.1, 0.4) }),
  },
)

/** Crashes anywhere, faults anywhere: the promise holds on the file system that `wrap` makes of the simulated one. */
function createProperty(wrap: (fs: FileSystem) => FileSystem) {
  const steps = fc.array(aStep, { minLength: 4, maxLength: 40 })
  return fc.asyncProperty(fc.integer(), steps, aRestart, async (seed, body, end) => {
    const trial = new Trial(seed, wrap)
    await trial.open()
    for (const step of [...body, end]) await trial.run(step)
  })
}

const lost = /frame \d+ is lost/

const parameters = { seed: 20_261_120, numRuns: 5000, endOnFailure: true }

test('what is acknowledged is recovered, in order, once and whole, through crashes, power losses and disk faults', async () => {
  const property = createProperty((fs) => fs)
  await fc.assert(property, parameters)
  const wanted = [
    'acknowledged',
    'recovered',
    'kept',
    'kill',
    'power',
    'close',
    'open failed',
    'torn-tail',
    'corrupt-frame',
  ]
  wanted.push(
    'write-failed',
    'sync-failed',
    'broken',
    'cleanup-failed',
    'JournalFullError',
    'JournalWriteError',
    'prepare-failed',
    'left a spare segment',
    'left room in a segment',
    'opened without a problem',
  )
  expect(wanted.filter((what) => !seen.has(what))).toEqual([])
})

test.each<[string, RegExp, (fs: FileSystem) => FileSystem]>([
  ['acknowledges before the sync', lost, (fs) => ({ ...fs, syncData: async () => {} })],
  ['forgets to sync the directory', lost, (fs) => ({ ...fs, syncDirectory: async () => {} })],
  [
    'tries a failed sync again',
    lost,
    (fs) => ({ ...fs, syncData: (fd) => fs.syncData(fd).catch(() => fs.syncData(fd)) }),
  ],
  [
    'takes a short write for a whole one',
    lost,
    (fs) => ({ ...fs, write: async (fd, bytes, at) => (await fs.write(fd, bytes, at)) && bytes.length }),
  ],
  [
    'writes a little before the place',
    lost,
    (fs) => ({ ...fs, write: (fd, bytes, at) => fs.write(fd, bytes, Math.max(0, at - 1)) }),
  ],
  ['leaves what it rejected', /rejected frame \d+ came back/, (fs) => ({ ...fs, truncate: async () => {} })],
])('the simulation finds a journal that %s', async (_, found, wrap) => {
  const { failed, errorInstance } = await fc.check(createProperty(wrap), parameters)
  expect(failed).toBe(true)
  expect(String(errorInstance)).toMatch(found)
})
