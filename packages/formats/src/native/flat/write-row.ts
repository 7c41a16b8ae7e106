import { eventColumns } from '@weir/events'
import { bitParts, emptyColumn, endOf, startOf, takeBits } from './columns.ts'
import { copy, writeTabs } from './memory.ts'
import { writePayload } from './rest.ts'

/** The payload is the last column. */
const payloadColumn = eventColumns.length - 1

/** Writes the columns as `encodeRow` does, and empties them; gives the place behind the row, -1 if its payload is too long. */
export function writeRow(to: number, maxPayloadBytes: number): number {
  let at = to
  let written = 0
  for (let part = 0; part < bitParts; part += 1) {
    for (let bits = takeBits(part); bits !== 0; bits &= bits - 1) {
      const column = 32 * part + 31 - Math.clz32(bits & -bits)
      if (column > written) at = writeTabs(column - written, at)
      at = copy(startOf(column), endOf(column), at)
      emptyColumn(column)
      written = column
    }
  }
  at = writeTabs(payloadColumn - written, at)
  const end = writePayload(at)
  return end - at > maxPayloadBytes ? -1 : end
}
