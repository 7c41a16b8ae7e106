import { eventColumns } from '@weir/events'
import { emptyColumn, endOf, startOf } from './columns.ts'
import { putByte, copy } from './memory.ts'
import { writePayload } from './rest.ts'

const tab = 0x09
/** The payload is the last column. */
const columnsBeforePayload = eventColumns.length - 1

/** Writes the columns as `encodeRow` does, and empties them; gives the place behind the row, -1 if its payload is too long. */
export function writeRow(to: number, maxPayloadBytes: number): number {
  let at = to
  for (let column = 0; column < columnsBeforePayload; column += 1) {
    const end = endOf(column)
    if (end !== 0) {
      at = copy(startOf(column), end, at)
      emptyColumn(column)
    }
    putByte(at, tab)
    at += 1
  }
  const end = writePayload(at)
  return end - at > maxPayloadBytes ? -1 : end
}
