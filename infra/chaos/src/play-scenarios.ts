import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Options } from './options.ts'
import { say } from './progress.ts'
import { formatTable } from './report.ts'
import type { QueueKind } from './rig/open-rig.ts'
import { runScenario, type Result } from './run-scenario.ts'
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'
import { createSoak } from './soak/soak.ts'
import { writeReport } from './write-report.ts'

interface Turn {
  scenario: Scenario
  queue: QueueKind
}

/** Plays what was asked for, one after the other, and tells of it. Resolves to whether all of it passed. */
export async function playScenarios(options: Options, root: string): Promise<boolean> {
  const turns = chooseTurns(options)
  const results: Result[] = []
  for (const [index, turn] of turns.entries()) {
    const name = `${turn.scenario.name} (${turn.queue})`
    say(`${index + 1} of ${turns.length}: ${name}: ${turn.scenario.title}`)
    const result = await playTurn(turn, options, root)
    results.push(result)
    if (options.isJson) process.stdout.write(`${JSON.stringify(result)}\n`)
    const failed = results.filter(({ failures }) => failures.length > 0).length
    const outcome = tellOutcome(result)
    say(`${index + 1} of ${turns.length}: ${name}: ${outcome} (${result.seconds} s; ${failed} failed)`)
  }
  if (!options.isJson) process.stdout.write(formatTable(results, options.task === 'soak'))
  if (options.reportPath !== undefined) await writeReport(options.reportPath, results)
  for (const { scenario, queue, notRun } of results)
    if (notRun !== undefined) say(`NOT RUN: ${scenario} (${queue}): ${notRun}`)
  return results.length > 0 && results.every(({ failures }) => failures.length === 0)
}

function tellOutcome({ failures, notRun }: Result): string {
  if (notRun !== undefined) return `NOT RUN: ${notRun}`
  return failures.length === 0 ? 'pass' : `FAIL ${failures.join('; ')}`
}

function chooseTurns({ task, only, queues, soakMs }: Options): Turn[] {
  if (task === 'soak') {
    // Twice as long would not tell twice as much: the second queue has to be asked for.
    const queue = queues[0] ?? 'redis'
    return [{ scenario: createSoak(queue, soakMs), queue }]
  }
  return scenarios
    .filter(({ name }) => only.length === 0 || only.some((prefix) => name.startsWith(prefix)))
    .flatMap((scenario) =>
      scenario.queues.filter((queue) => queues.includes(queue)).map((queue) => ({ scenario, queue })),
    )
}

async function playTurn({ scenario, queue }: Turn, options: Options, root: string): Promise<Result> {
  const directory = join(root, `${scenario.name}-${queue}`)
  const { seed, events, outageMs } = options
  try {
    const notRun = await scenario.whyNot?.()
    if (notRun !== undefined) return { ...unplayed({ scenario, queue }, seed), notRun }
    const result = await runScenario(scenario, { seed, queue, events, outageMs, directory, say: sayIndented })
    if (result.failures.length === 0) await rm(directory, { recursive: true, force: true })
    return result
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { ...unplayed({ scenario, queue }, seed), failures: [failure] }
  }
}

function sayIndented(line: string): void {
  say(`  ${line}`)
}

/** A scenario that could not be played to its end. */
function unplayed({ scenario, queue }: Turn, seed: number): Result {
  const counts = { acknowledged: 0, stored: 0, lost: 0, duplicated: 0, spurious: 0, corrupted: 0 }
  return {
    scenario: scenario.name,
    queue,
    seed,
    ...counts,
    faults: 0,
    refused: 0,
    unanswered: 0,
    recoverySeconds: 0,
    seconds: 0,
    failures: [],
    notes: [],
  }
}
