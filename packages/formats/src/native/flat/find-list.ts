import { byteAt, isSame } from './memory.ts'
import { keep } from './names.ts'
import { skipBlanks } from './scan-event.ts'

const colon = 0x3a
const openBracket = 0x5b
const key = '"events"'
const keyAt = keep(key)

/** Where the list of `{"events":[…]}` begins, -1 where the object begins with something else. */
export function findListInEnvelope(open: number): number {
  const start = skipBlanks(open + 1)
  if (!isSame(start, keyAt, key.length)) return -1
  const colonAt = skipBlanks(start + key.length)
  if (byteAt(colonAt) !== colon) return -1
  const list = skipBlanks(colonAt + 1)
  return byteAt(list) === openBracket ? list : -1
}
