import { isJsonObject, type Delivery } from './format.ts'
import { isForeign, recognise } from './formats.ts'
import type { RawRecord } from './read-records.ts'

/** How many records are of Weir's own form, and how many of another format. What could not be read is neither. */
export function countOwn(
  records: readonly RawRecord[],
  delivery: Delivery,
): { own: number; foreign: number } {
  let foreign = 0
  let unread = 0
  for (const { value, refusal } of records) {
    if (refusal !== undefined) unread += 1
    else if (isJsonObject(value) && isForeign(recognise(value, delivery)?.name)) foreign += 1
  }
  return { own: records.length - foreign - unread, foreign }
}
