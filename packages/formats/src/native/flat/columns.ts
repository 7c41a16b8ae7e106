import { eventColumns } from '@weir/events'

/** Where in memory the text of each column of the event stands. End 0: the column is empty. */
const columnStarts = new Int32Array(eventColumns.length)
const columnEnds = new Int32Array(eventColumns.length)
/** The value where a column holds a number; the number of its name where it holds a known name. */
const columnNumbers = new Float64Array(eventColumns.length)

export const isEmpty = (column: number): boolean => columnEnds[column] === 0
export const startOf = (column: number): number => columnStarts[column] ?? 0
export const endOf = (column: number): number => columnEnds[column] ?? 0
export const numberOf = (column: number): number => columnNumbers[column] ?? 0

/** A bit for each column that is not empty, so that a row is written without looking at the others. */
const setBits = new Int32Array(Math.ceil(eventColumns.length / 32))
export const bitParts = setBits.length

/** The bits of 32 columns, which are no longer set then: `emptyColumn` is for each of them. */
export function takeBits(part: number): number {
  const bits = setBits[part] ?? 0
  setBits[part] = 0
  return bits
}

export function setColumn(column: number, start: number, end: number): void {
  columnStarts[column] = start
  columnEnds[column] = end
  setBits[column >> 5] = (setBits[column >> 5] ?? 0) | (1 << (column & 31))
}

export function setColumnNumber(column: number, value: number): void {
  columnNumbers[column] = value
}

export function emptyColumn(column: number): void {
  columnEnds[column] = 0
}

/** Empties what is left of an event that is given up. */
export function emptyColumns(): void {
  columnEnds.fill(0)
  setBits.fill(0)
}
