import type { Result } from './run-scenario.ts'

const columns: readonly (readonly [string, (result: Result) => string | number])[] = [
  ['scenario', ({ scenario }) => scenario],
  ['queue', ({ queue }) => queue],
  ['faults', ({ faults }) => faults],
  ['acknowledged', ({ acknowledged }) => acknowledged],
  ['lost', ({ lost }) => lost],
  ['duplicated', ({ duplicated }) => duplicated],
  ['spurious', ({ spurious }) => spurious],
  ['corrupted', ({ corrupted }) => corrupted],
  ['refused', ({ refused }) => refused],
  ['unanswered', ({ unanswered }) => unanswered],
  ['recovery s', ({ recoverySeconds }) => recoverySeconds.toFixed(1)],
  ['verdict', toVerdict],
]

function toVerdict({ failures, notRun }: Result): string {
  if (notRun !== undefined) return 'not run'
  return failures.length === 0 ? 'pass' : 'FAIL'
}

/** The table's cells, its head first. */
export function toCells(results: readonly Result[]): string[][] {
  return [
    columns.map(([name]) => name),
    ...results.map((result) => columns.map(([, read]) => String(read(result)))),
  ]
}

/** The results as a table, and below it what is to be said of those that failed, or of all. */
export function formatTable(results: readonly Result[], tellsAll: boolean): string {
  const rows = toCells(results)
  const widths = columns.map((_column, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, index) => (index < 2 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  '),
  )
  const told = results.filter(({ failures }) => tellsAll || failures.length > 0)
  const remarks = told.flatMap(({ scenario, queue, seed, failures, notes }) => [
    `${scenario} (${queue}, seed ${seed}): ${notes.join('; ')}`,
    ...failures.map((failure) => `  FAIL ${failure}`),
  ])
  return [...lines, '', ...remarks, ''].join('\n')
}
