import { concernsName } from '@weir/redaction'
import { ByteTable } from './byte-table.ts'
import { bodyAt, innocentNamesAt, textBetween } from './memory.ts'

const maxNames = 512

/** Names that mean nothing to Weir and were found to be nothing that is redacted: senders use few, again and again. */
const innocentNames = new ByteTable(maxNames, innocentNamesAt, bodyAt)

/** Whether neither the name that stands there nor what is so named is redacted for the name. */
export function isInnocentName(start: number, end: number): boolean {
  if (innocentNames.find(start, end) !== -1) return true
  if (concernsName(textBetween(start, end))) return false
  if (innocentNames.add(start, end) === -1) {
    innocentNames.clear()
    innocentNames.add(start, end)
  }
  return true
}
