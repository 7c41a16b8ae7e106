/** How a case of the catalogue was answered. */
export interface Outcome {
  /** Of the entry that the case belongs to. */
  id: string
  status: number
  kind: string | undefined
}

/** A table of the answers: how many cases, of how many entries, had each. */
export function toReport(outcomes: readonly Outcome[]): string {
  const groups = Map.groupBy(outcomes, ({ status, kind }) => `${status} ${kind ?? ''}`.trim())
  const rows = [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([answer, group]) => toLine(answer, group))
  return ['', toLine('every answer', outcomes), ...rows, ''].join('\n')
}

function toLine(answer: string, outcomes: readonly Outcome[]): string {
  const entries = new Set(outcomes.map(({ id }) => id)).size
  return `${answer.padEnd(34)} ${String(outcomes.length).padStart(5)} cases in ${String(entries).padStart(3)} rows`
}
