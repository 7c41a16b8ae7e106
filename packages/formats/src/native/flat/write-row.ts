import { columnIndex } from '@weir/events'
import { bitParts, emptyColumn, endOf, isEmpty, startOf, takeBits } from './columns.ts'
import { copy, writeTabs } from './memory.ts'
import { writePayload } from './rest.ts'

const payloadColumn = columnIndex.payload
/** The last column, and the only one behind the payload. */
const keyColumn = columnIndex.api_key_id
/** The bits of the columns before the payload. */
const bitsBeforePayload = Int32Array.from({ length: bitParts }, (_none, part) => {
  const count = Math.max(0, payloadColumn - 32 * part)
  return count >= 32 ? -1 : (1 << count) - 1
})

/** Writes the columns as `encodeRow` does, and empties them; gives the place behind the row, -1 if its payload is too long. */
export function writeRow(to: number, maxPayloadBytes: number): number {
  let at = to
  let written = 0
  for (let part = 0; part < bitParts; part += 1) {
    for (let bits = takeBits(part) & (bitsBeforePayload[part] ?? 0); bits !== 0; bits &= bits - 1) {
      const column = 32 * part + 31 - Math.clz32(bits & -bits)
      if (column > written) at = writeTabs(column - written, at)
      at = copy(startOf(column), endOf(column), at)
      emptyColumn(column)
      written = column
    }
  }
  at = writeTabs(payloadColumn - written, at)
  const end = writePayload(at)
  return end - at > maxPayloadBytes ? -1 : writeKey(end)
}

function writeKey(to: number): number {
  const at = writeTabs(keyColumn - payloadColumn, to)
  if (isEmpty(keyColumn)) return at
  const end = copy(startOf(keyColumn), endOf(keyColumn), at)
  emptyColumn(keyColumn)
  return end
}
