import { columnIndex } from '@weir/events'
import { routeOf } from '../../route-of.ts'
import { setColumn, endOf, startOf } from './columns.ts'
import { derivedEnd, useDerived } from './derived.ts'
import { byteAt, putByte, copy, textBetween, writeText } from './memory.ts'
import { keep } from './names.ts'
import { isDigits } from './recognise.ts'

const pathColumn = columnIndex.path
const routeColumn = columnIndex.route

const slash = 0x2f
/** Shorter segments are ids only where they are all digits. */
const minIdLength = 16
const idWord = ':id'
const idWordAt = keep(idWord)
const maxRouteBytes = 300

/** Sets the route of an event that has a path and names no route, as `routeOf` would. */
export function deriveRoute(): void {
  const start = startOf(pathColumn)
  const end = endOf(pathColumn)
  const to = derivedEnd()
  let at = to
  let segment = start
  let hasId = false
  for (let next = start; next <= end; next += 1) {
    if (next < end && byteAt(next) !== slash) continue
    if (next - segment >= minIdLength) return deriveFromText(start, end)
    if (isDigits(segment, next)) {
      hasId = true
      at = copy(idWordAt, idWordAt + idWord.length, at)
    } else at = copy(segment, next, at)
    if (next < end) {
      putByte(at, slash)
      at += 1
    }
    segment = next + 1
  }
  if (at - to > maxRouteBytes) return
  if (hasId) useDerived(routeColumn, at)
  else setColumn(routeColumn, start, end)
}

function deriveFromText(start: number, end: number): void {
  const to = derivedEnd()
  const route = routeOf(textBetween(start, end))
  const at = writeText(route, to)
  if (at - to <= maxRouteBytes) useDerived(routeColumn, at)
}
