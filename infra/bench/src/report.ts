import type { Target } from './targets.ts'

/** What a row was measured to be, medians in the target's unit. */
export interface Measured {
  name: string
  ours: number
  baseline: number
  /** The naive twin's, where there is one to compare with. */
  naive?: number | undefined
  /** How far the baseline's own rounds lie from their median, as a ratio: what must be, where the target says nothing. */
  noise?: number | undefined
}

/** A measured row, judged. */
export interface Judged {
  target: Target
  measured: Measured
  ratio: number
  must: number | undefined
  verdict: 'ok' | 'under must' | '–'
}

/** Compares a row with what is asked of it. Exactly what must be is enough. */
export function judge(target: Target, measured: Measured): Judged {
  const { ours, baseline } = measured
  const ratio = target.isInverted === true ? baseline / ours : ours / baseline
  const must = target.must ?? measured.noise
  if (must === undefined) return { target, measured, ratio, must, verdict: '–' }
  const isGood = target.isLowerBetter === true ? ratio <= must : ratio >= must
  return { target, measured, ratio, must, verdict: isGood ? 'ok' : 'under must' }
}

const columns = ['what', 'unit', 'ours', 'baseline', 'ratio', 'must', 'aim', 'verdict', 'naive twin'] as const

/** The rows as a table of text, numbers to the right. */
export function toTable(rows: readonly Judged[]): string {
  const lines = [columns, ...rows.map(toCells)]
  const widths = columns.map((_name, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)))
  const isText = (column: number) => column < 2 || columns[column] === 'verdict'
  const write = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  const [head = '', ...body] = lines.map(write)
  return [head, '-'.repeat(head.length), ...body].join('\n')
}

function toCells({ target, measured, ratio, must, verdict }: Judged): string[] {
  const limit = (value: number | undefined): string =>
    value === undefined ? '–' : `${target.isLowerBetter === true ? '≤ ' : ''}${Number(value.toFixed(2))}`
  const naive = measured.naive === undefined ? '–' : shortNumber(measured.naive)
  return [
    target.what,
    target.unit,
    shortNumber(measured.ours),
    shortNumber(measured.baseline),
    ratio.toFixed(2),
    limit(must),
    limit(target.aim),
    verdict,
    naive,
  ]
}

/** A row as a line of JSON. */
export function toJsonLine({ target, measured, ratio, must }: Judged): string {
  const { name, unit, aim = null } = target
  const { ours, baseline } = measured
  return JSON.stringify({
    name,
    ours: rounded(ours),
    baseline: rounded(baseline),
    ratio: rounded(ratio),
    must: must === undefined ? null : rounded(must),
    aim,
    unit,
  })
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

/** Three digits that matter, thousands apart. */
function shortNumber(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}
