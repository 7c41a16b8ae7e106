import type { Position } from '../cursor.ts'
import type { Reader } from './ask.ts'
import { findPositions, type EventList } from './event-list.ts'

const firstWindowMs = 900_000
const windowGrowth = 4
const widestWindowMs = 400 * 86_400_000

/**
 * Where the first `offset + limit` events of one session, user, address, request, trace or path are. The index
 * gives them in no order, so a common value would be read whole to find the newest few: the time is searched
 * in windows that reach back further and further, until there are enough.
 */
export async function findByIdentity(reader: Reader, list: EventList, nowMs: number): Promise<Position[]> {
  const wanted = list.offset + list.limit
  const found: Position[] = []
  let toMs = list.toMs
  for (const fromMs of windowStarts(list, nowMs)) {
    found.push(...(await findPositions(reader, list, { fromMs, toMs }, wanted - found.length)))
    if (found.length >= wanted) return found
    toMs = fromMs
  }
  return found
}

/** Where the windows begin, newest first. The last one begins where the list does, if it does anywhere. */
function windowStarts(list: EventList, nowMs: number): (number | undefined)[] {
  const { fromMs } = list
  const newestMs = newestOf(list, nowMs)
  const starts: (number | undefined)[] = []
  for (let lengthMs = firstWindowMs; lengthMs < widestWindowMs; lengthMs *= windowGrowth) {
    const startMs = newestMs - lengthMs
    if (fromMs !== undefined && startMs <= fromMs) break
    starts.push(startMs)
  }
  return [...starts, fromMs]
}

/** The latest time at which a list can have an event, but for those that are ahead of now. */
export function newestOf({ toMs, after }: EventList, nowMs: number): number {
  const afterMs = after === undefined ? nowMs : Date.parse(`${after.occurredAt.replace(' ', 'T')}:00`)
  return Math.min(toMs ?? nowMs, afterMs, nowMs)
}
