import { apiRequest } from './api-request.ts'
import { busyMoment, dayMs, toDay } from './calendar.ts'
import { chat } from './chat.ts'
import type { DemoEvent } from './demo-event.ts'
import { costlyNightJob, login, passwordGuessing } from './incidents.ts'
import { Random } from './random.ts'
import { review } from './review.ts'

/** What happens on a working day, each the start of a story of one or more events. */
const stories = { api: 9_000, chats: 760, reviews: 270, logins: 420 }

/** An event as it is sent. */
export interface SentEvent extends Omit<DemoEvent, 'atMs'> {
  event_id: string
  timestamp: string
}

/**
 * The events of the UTC day that starts at `dayStartMs`, by time: always the same for the same seed, ids included.
 * What begins shortly before midnight ends on the next day, and still belongs to this one.
 */
export function generateDay(dayStartMs: number, seed: string): SentEvent[] {
  const date = new Date(dayStartMs).toISOString().slice(0, 10)
  const random = new Random(`${seed}/${date}`)
  const day = toDay(dayStartMs)
  const times = (count: number): number[] =>
    Array.from({ length: Math.round(count * day.busyness) }, () => busyMoment(random, day))
  const events = [
    ...times(stories.api).map((atMs, index) => apiRequest(random, atMs, `api-${date}-${index % 1_500}`)),
    ...times(stories.chats).flatMap((atMs, index) => chat(random, atMs, `chat-${date}-${index}`)),
    ...times(stories.reviews).flatMap((atMs, index) => review(random, atMs, `review-${date}-${index}`)),
    ...times(stories.logins).flatMap((atMs) => login(random, atMs)),
    ...passwordGuessing(random, day),
    ...costlyNightJob(random, day, `night-${date}`),
  ]
  return events
    .toSorted((one, other) => one.atMs - other.atMs)
    .map(({ atMs, ...event }, index) => ({
      event_id: `demo-${seed}-${date}-${index}`,
      timestamp: new Date(atMs).toISOString(),
      ...event,
    }))
}

/** The seven days up to `now`, and nothing after it: the first and the last day are cut. */
export function* generateWeek(now: Date, seed: string): Generator<SentEvent> {
  const endMs = now.getTime()
  const startMs = endMs - 7 * dayMs
  const [start, end] = [new Date(startMs).toISOString(), now.toISOString()]
  // One day earlier, for what crosses midnight.
  for (
    let dayStartMs = Math.floor(startMs / dayMs) * dayMs - dayMs;
    dayStartMs <= endMs;
    dayStartMs += dayMs
  ) {
    for (const event of generateDay(dayStartMs, seed)) {
      if (event.timestamp >= start && event.timestamp < end) yield event
    }
  }
}
