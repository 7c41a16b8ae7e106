import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isWanted, type BenchArguments } from './arguments.ts'
import { judge, type Judged } from './report.ts'
import { openRig } from './rig/open-rig.ts'
import { fullSizes, quickSizes } from './rig/sizes.ts'
import { measureIndexCosts } from './rows/index-costs.ts'
import { rowGroups } from './rows/row-groups.ts'
import type { Findings } from './rows/row-group.ts'
import { describeMachine } from './system/machine-facts.ts'
import { say } from './system/progress.ts'
import { targetsFor } from './targets.ts'

/** What a run found. */
export interface BenchResult {
  machine: string[]
  rows: Judged[]
  verified: string[]
  notes: string[]
  indexCosts: string[]
}

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Measures the rows that are asked for. Rejects when an answer is wrong, an event is lost, or `interrupted` rejects. */
export async function runBench(args: BenchArguments, interrupted: Promise<never>): Promise<BenchResult> {
  const sizes = args.isQuick ? quickSizes : fullSizes
  const targets = targetsFor(sizes.analyticsEvents)
  const wanted = targets.filter(({ name }) => isWanted(name, args.only))
  if (wanted.length === 0 && !args.hasIndexes) {
    throw new Error(`--only names no row. There are: ${targets.map(({ name }) => name).join(', ')}`)
  }
  const directory = join(root, '.weir', `bench-${process.pid}`)
  await mkdir(directory, { recursive: true })
  await using rig = await openRig({ sizes, directory, profileDirectory: args.profileDirectory })
  const result: BenchResult = {
    machine: await describeMachine(rig.store.pool, rig.redis.url, directory),
    rows: [],
    verified: [],
    notes: [],
    indexCosts: [],
  }
  for (const line of result.machine) say(line)

  async function measureAll(): Promise<void> {
    const findings: Findings = new Map()
    for (const group of rowGroups(sizes)) {
      if (!group.names.some((name) => wanted.some((target) => target.name === name))) continue
      const { measured, verified, notes = [] } = await group.run(rig, findings)
      for (const line of verified) say(`verified: ${line}`)
      result.verified.push(...verified)
      result.notes.push(...notes)
      for (const row of measured) {
        const target = wanted.find(({ name }) => name === row.name)
        if (target !== undefined) result.rows.push(judge(target, row))
      }
    }
    if (args.hasIndexes) result.indexCosts = await measureIndexCosts(rig, sizes.backlogEvents)
  }
  try {
    await Promise.race([measureAll(), interrupted])
  } catch (error) {
    await rig.abandon()
    for (const line of await rig.services.lastLines()) say(line)
    throw error
  }
  const order = targets.map(({ name }) => name)
  result.rows.sort((a, b) => order.indexOf(a.target.name) - order.indexOf(b.target.name))
  return result
}
