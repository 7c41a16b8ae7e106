import type { Sizes } from './rig/sizes.ts'
import { areSteady, median } from './statistics.ts'
import { say } from './system/progress.ts'

/** What one measurement gave: figures by name. */
export type Figures = Readonly<Record<string, number>>

/** What is measured in a round, in this order. */
export interface Subjects {
  baseline: () => Promise<Figures>
  ours: () => Promise<Figures>
  naive?: (() => Promise<Figures>) | undefined
}

/** How many rounds there are: of all, of the twin, and repeated ones. */
export type RoundSizes = Pick<Sizes, 'rounds' | 'naiveRounds' | 'maxRepeats'>

/** Medians over the rounds that count. */
export interface Medians {
  baseline: Figures
  ours: Figures
  naive: Figures | undefined
}

/** A round does not count when its baseline is this far from the median of all. */
const maxDrift = 0.25

/**
 * Measures in turn: baseline, ours, the twin, baseline, ours, … A round whose baseline drifted is void and
 * repeated; when too many are, all count, and that is said.
 */
export async function runRounds(title: string, sizes: RoundSizes, subjects: Subjects): Promise<Medians> {
  const { rounds, naiveRounds, maxRepeats } = sizes
  const baselines: Figures[] = []
  const ours: Figures[] = []
  const naives: Figures[] = []
  let steady: boolean[] = []
  const countSteady = () => steady.filter(Boolean).length
  while (countSteady() < rounds && baselines.length < rounds + maxRepeats) {
    const round = `${title}, round ${baselines.length + 1}`
    baselines.push(await measured(`${round}, baseline`, subjects.baseline))
    ours.push(await measured(`${round}, Weir`, subjects.ours))
    if (subjects.naive !== undefined && naives.length < naiveRounds) {
      naives.push(await measured(`${round}, naive twin`, subjects.naive))
    }
    steady = areSteady(baselines.map(firstFigure), maxDrift)
    if (baselines.length === rounds && countSteady() < rounds) {
      say(
        `${title}: ${rounds - countSteady()} round(s) void, the baseline drifted by more than 25 %; repeating`,
      )
    }
  }
  const isEnough = countSteady() >= rounds
  if (!isEnough) say(`${title}: the baseline stays unsteady; all ${baselines.length} rounds count`)
  const counted = (_figures: Figures, round: number) => !isEnough || steady[round] === true
  return {
    baseline: mediansOf(baselines.filter(counted)),
    ours: mediansOf(ours.filter(counted)),
    naive: naives.length === 0 ? undefined : mediansOf(naives),
  }
}

async function measured(title: string, measure: () => Promise<Figures>): Promise<Figures> {
  const figures = await measure()
  const text = Object.entries(figures).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
  say(`${title}: ${text.join(', ')}`)
  return figures
}

function firstFigure(figures: Figures): number {
  return Object.values(figures)[0] ?? Number.NaN
}

function mediansOf(rounds: readonly Figures[]): Figures {
  const names = Object.keys(rounds[0] ?? {})
  return Object.fromEntries(
    names.map((name) => [name, median(rounds.map((figures) => figures[name] ?? Number.NaN))]),
  )
}
