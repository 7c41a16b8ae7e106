import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { plantedBugs, type PlantedBug } from './bugs/planted-bug.ts'
import type { Options } from './options.ts'
import { say } from './progress.ts'
import { runScenario } from './run-scenario.ts'
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'

interface Control {
  scenario: string
  /** The check that must notice the bug: another one does not count, it could be about anything. */
  noticedBy: RegExp
}

const controls: Readonly<Record<PlantedBug, Control>> = {
  'acknowledge-before-sync': { scenario: 'killed-without-queue', noticedBy: /^\d+ lost$/ },
  // Of a batch that is taken twice, events without a key are doubled; those with one are counted as duplicates
  // that nobody sent. Which of them the batch holds is up to the seed.
  'no-batch-ledger': {
    scenario: 'killed-consumer-after-commit',
    noticedBy: /^\d+ duplicated$|^conservation: /,
  },
  'client-id-as-job-id': { scenario: 'same-id-in-two-projects', noticedBy: /not stored by the queue alone/ },
  'stalled-jobs-given-up': {
    scenario: 'stalled-again-and-again',
    noticedBy: /not stored by the queue alone/,
  },
  'rollups-outside-transaction': { scenario: 'killed-consumer-after-rollups', noticedBy: /^analytics: / },
  'journal-released-after-enqueue': { scenario: 'redis-wiped', noticedBy: /^\d+ lost$/ },
}

/** Plays, for each planted bug, the scenario that must fail because of it. Resolves to whether each of them did. */
export async function playNegativeControls(options: Options, root: string): Promise<boolean> {
  let missed = 0
  for (const bug of plantedBugs) {
    const { scenario: name, noticedBy } = controls[bug]
    const scenario = scenarios.find((one) => one.name === name)
    if (scenario === undefined) throw new Error(`There is no scenario ${name}.`)
    say(`planting ${bug} under ${name}`)
    const failures = await playWith(bug, scenario, options, join(root, bug))
    const check = failures.find((failure) => noticedBy.test(failure))
    if (check === undefined) missed += 1
    const verdict = check === undefined ? `NOT NOTICED ${failures.join('; ')}` : `noticed: ${check}`
    process.stdout.write(`${bug.padEnd(31)} ${name.padEnd(37)} ${verdict}\n`)
    if (check !== undefined) await rm(join(root, bug), { recursive: true, force: true })
  }
  return missed === 0
}

function keepQuiet(): void {
  // What goes wrong with a planted bug is no news.
}

/** What the scenario found. One that cannot be played to its end has found nothing. */
async function playWith(
  bug: PlantedBug,
  scenario: Scenario,
  { seed, events, outageMs }: Options,
  directory: string,
): Promise<string[]> {
  const settings = { seed, events, outageMs, directory, say: keepQuiet, bug }
  try {
    return (await runScenario(scenario, { ...settings, queue: 'redis' })).failures
  } catch (error) {
    return [`crashed: ${error instanceof Error ? error.message : String(error)}`]
  }
}
