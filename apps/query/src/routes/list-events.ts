import { keyOf, parseQuery, Problem } from '@weir/http'
import type { RequestHandler } from 'express'
import type { Pool } from 'pg'
import { z } from 'zod'
import type { AnswerMemory } from '../answer-memory.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import { filterParameters, toFilters } from '../filters.ts'
import { wholeNumber } from '../parameters.ts'
import { refuseTwoTimes, timeParameters } from '../period.ts'
import type { EventList } from '../queries/event-list.ts'
import { listEvents } from '../queries/list-events.ts'
import { sendJson, toJsonTexts, type JsonTexts } from '../send-json.ts'
import { toEventJson, type EventRow } from '../to-event.ts'

const maxLimit = 1_000
const defaultLimit = 50
/** Pages reach this far; what lies behind is reached with cursors, each of which costs the same. */
const maxOffset = 10_000

export const listParameters = z.strictObject({
  ...timeParameters,
  ...filterParameters,
  limit: wholeNumber(1, maxLimit)
    .prefault(String(defaultLimit))
    .meta({ description: 'The most events of an answer.' }),
  page: wholeNumber(1, maxOffset)
    .optional()
    .meta({ description: `The page, from 1. Pages reach ${maxOffset} events far.` }),
  cursor: z
    .string()
    .optional()
    .meta({ description: 'The `next_cursor` of the page before, asked with the same filters.' }),
})

type ListValues = z.output<typeof listParameters>

/** What pages of events may have in memory. */
export interface PageMemory {
  answers: Pick<AnswerMemory, 'enter'>
  /** The most bytes that an event usually has. */
  maxEventBytes: number
}

/** GET /events — 200 with the newest events that pass the filters; 503 when too many large pages are asked for at once. */
export function getEvents(
  db: Pool,
  now: () => number,
  { answers, maxEventBytes }: PageMemory,
): RequestHandler {
  return async (req, res) => {
    const values = parseQuery(listParameters, req)
    const { projectId } = keyOf(res)
    const name = listName(values, projectId)
    const list = toEventList(values, projectId, name, now())
    using hold = await answers.enter(projectId, list.limit * maxEventBytes)
    // Who left while waiting needs no answer.
    if (res.closed) return
    const { json, nextCursor } = toPage(await listEvents(db, list, now()), values, name)
    if (nextCursor !== null) res.setHeader('Link', `<${nextLink(values, req.url, nextCursor)}>; rel="next"`)
    hold.resize(json.byteLength)
    await sendJson(res, json)
  }
}

/** What a cursor is bound to: the project and the filters, however they were written. */
function listName(
  { cursor: _cursor, page: _page, limit: _limit, ...rest }: ListValues,
  projectId: number,
): string {
  return JSON.stringify([projectId, Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1))])
}

function toEventList(values: ListValues, projectId: number, name: string, nowMs: number): EventList {
  const { limit, page, cursor, days, hours, start_time: startMs, end_time: endMs } = values
  refuseTwoTimes(values)
  if (page !== undefined && cursor !== undefined) throw invalid('page', 'cannot be combined with cursor')
  if (page !== undefined && page * limit > maxOffset) {
    throw invalid('page', `must not reach beyond ${maxOffset} events: use a cursor`)
  }
  const lengthMs = days === undefined ? hours && hours * 3_600_000 : days * 86_400_000
  return {
    projectId,
    filters: toFilters(values),
    fromMs: lengthMs === undefined ? startMs : nowMs - lengthMs,
    toMs: endMs,
    after: cursor === undefined ? undefined : decodeCursor(cursor, name),
    offset: ((page ?? 1) - 1) * limit,
    // One more than is shown tells whether there are more.
    limit: limit + 1,
  }
}

function toPage(
  rows: readonly EventRow[],
  { limit, page }: ListValues,
  name: string,
): { json: JsonTexts; nextCursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const hasMore = rows.length > limit && last !== undefined
  const nextCursor = hasMore ? encodeCursor({ occurredAt: last.position, id: last.id }, name) : null
  const rest = JSON.stringify({ limit, page: page ?? 1, has_more: hasMore, next_cursor: nextCursor })
  const events = shown.flatMap((row, index) => [index === 0 ? '' : ',', ...toEventJson(row)])
  return { json: toJsonTexts(['{"data":[', ...events, `],${rest.slice(1)}`]), nextCursor }
}

function nextLink({ limit, page, cursor }: ListValues, url: string, nextCursor: string): string {
  const { searchParams } = new URL(url, 'http://localhost')
  const nextPage = (page ?? 1) + 1
  if (page !== undefined && cursor === undefined && nextPage * limit <= maxOffset) {
    searchParams.set('page', String(nextPage))
  } else {
    searchParams.delete('page')
    searchParams.set('cursor', nextCursor)
  }
  return `/events?${searchParams.toString()}`
}

function invalid(parameter: string, detail: string): Problem {
  return new Problem('invalid-parameter', `${parameter}: ${detail}.`, { errors: [{ parameter, detail }] })
}
