import type { Result } from './run-scenario.ts'

const columns: readonly (readonly [string, (result: Result) => string | number])[] = [
  ['scenario', ({ scenario }) => scenario],
  ['acknowledged', ({ acknowledged }) => acknowledged],
  ['stored', ({ stored }) => stored],
  ['lost', ({ lost }) => lost],
  ['duplicated', ({ duplicated }) => duplicated],
  ['spurious', ({ spurious }) => spurious],
  ['corrupted', ({ corrupted }) => corrupted],
  ['refused', ({ refused, unanswered }) => refused + unanswered],
  ['rollups', ({ rollups }) => rollups],
  ['recovery s', ({ recoverySeconds }) => recoverySeconds.toFixed(1)],
  ['verdict', ({ failures }) => (failures.length === 0 ? 'pass' : 'FAIL')],
]

/** The results as a table, and below it what is to be said of each. */
export function formatTable(results: readonly Result[]): string {
  const rows = [
    columns.map(([name]) => name),
    ...results.map((result) => columns.map(([, read]) => String(read(result)))),
  ]
  const widths = columns.map((_column, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  '),
  )
  const remarks = results.flatMap(({ scenario, failures, notes }) => [
    `${scenario}: ${notes.join('; ')}`,
    ...failures.map((failure) => `  FAIL ${failure}`),
  ])
  return [...lines, '', ...remarks, ''].join('\n')
}
