import { ByteTable } from './byte-table.ts'
import { copyMargin, namesAt, labelsAt, derivedAt, writeText } from './memory.ts'

let nextAt = namesAt

/** A table of names that never change, in the given order. */
export function tableOf(names: readonly string[]): ByteTable {
  const table = new ByteTable(128, nextAt, labelsAt)
  for (const name of names) {
    const end = writeText(name, derivedAt)
    if (table.add(derivedAt, end) === -1) throw new Error('The names do not fit their region.')
  }
  nextAt = table.endAt + copyMargin
  return table
}

/** Keeps a text where it can be copied from; gives its place. */
export function keep(text: string): number {
  const at = nextAt
  nextAt = writeText(text, at) + copyMargin
  if (nextAt > labelsAt) throw new Error('The names do not fit their region.')
  return at
}
