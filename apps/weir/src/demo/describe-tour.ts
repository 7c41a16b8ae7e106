import type { KeyNews } from '../first-key.ts'
import { shownKey } from '../print-welcome.ts'
import { atClock, dayMs, outageWeekday, toDay } from './calendar.ts'

/** Questions that the demonstration has an answer to, as lines to paste into a shell. */
export function describeTour(queryUrl: string, key: KeyNews, now: Date): string {
  const ask = (question: string, path: string): string =>
    `  # ${question}\n  curl -sS '${queryUrl}${path}' -H "X-API-Key: ${shownKey(key)}"`
  const { start, end } = lastOutage(now)
  return [
    '',
    'The week is stored. Ask it something:',
    ask('What did each model cost?', '/analytics/llm?days=7&group_by=model'),
    ask('Who is expensive? One user is.', '/analytics/llm?days=7&group_by=user_id&limit=5'),
    ask('Which route is slow? The export of reports.', '/analytics/performance?days=7&group_by=route'),
    ask(
      'When did it fail? On Wednesday afternoon.',
      `/analytics/performance?start_time=${start}&end_time=${end}&bucket=hour`,
    ),
    ask('Who guessed passwords on Friday night?', '/events?event_type=authentication&min_risk=90&limit=5'),
    '',
    'A second --demo adds only what has happened since: each event has an event_id.',
    '',
  ].join('\n')
}

/** The hours around the outage that lies whole in the past. */
function lastOutage(now: Date): { start: string; end: string } {
  let day = toDay(Math.floor(now.getTime() / dayMs) * dayMs)
  while (day.weekday !== outageWeekday || atClock(day, 18, 0) > now.getTime())
    day = toDay(day.startMs - dayMs)
  const toText = (hour: number): string => new Date(atClock(day, hour, 0)).toISOString()
  return { start: toText(12), end: toText(18) }
}
