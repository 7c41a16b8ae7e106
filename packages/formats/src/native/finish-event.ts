import { categoryOf, type CanonicalEvent } from '@weir/events'
import { createEventId, createKeyedEventId } from '../event-id.ts'
import type { Intake } from '../intake.ts'
import { routeOf } from '../route-of.ts'

const maxInt = 2_147_483_647
const maxRouteBytes = 300

/** Fills in what follows from what the sender said: category, route, totals, the request's ids, the event's own. */
export function finishEvent(
  event: CanonicalEvent,
  intake: Intake,
  occurredMs: number,
  index: number | string,
): void {
  if (event.category === '') event.category = categoryOf(event.event_type)
  if (event.route === null && event.path !== null) deriveRoute(event, event.path)
  if (event.total_tokens === null) deriveTotalTokens(event)
  identify(event, intake, occurredMs, index)
}

function deriveRoute(event: CanonicalEvent, path: string): void {
  const route = routeOf(path)
  if (route.length <= maxRouteBytes / 3 || Buffer.byteLength(route) <= maxRouteBytes) event.route = route
}

function deriveTotalTokens(event: CanonicalEvent): void {
  if (event.input_tokens === null && event.output_tokens === null) return
  event.total_tokens = Math.min((event.input_tokens ?? 0) + (event.output_tokens ?? 0), maxInt)
}

function identify(event: CanonicalEvent, intake: Intake, occurredMs: number, index: number | string): void {
  event.request_id ??= intake.requestId
  event.trace_id ??= intake.traceId ?? null
  event.span_id ??= intake.spanId ?? null
  if (event.event_key === null && intake.keyPrefix !== undefined)
    event.event_key = `${intake.keyPrefix}${index}`
  event.id =
    event.event_key === null
      ? createEventId(occurredMs)
      : createKeyedEventId(occurredMs, intake.projectId, event.event_key)
}
