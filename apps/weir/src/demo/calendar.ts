import type { Random } from './random.ts'

export const dayMs = 86_400_000
const hourMs = 3_600_000

/** How busy each hour of a working day is, in UTC: two humps with a lunch between, and a quiet night. */
const hours = [2, 1, 1, 1, 1, 2, 5, 10, 16, 21, 23, 21, 16, 19, 23, 22, 19, 15, 11, 9, 8, 6, 4, 3]
const busiest = hours.map((weight, hour) => ({ hour, weight })) as [Hour, ...Hour[]] // one item an hour

interface Hour {
  hour: number
  weight: number
}

/** A UTC day: its start, and what is special about it. */
export interface Day {
  startMs: number
  /** 0 is Sunday. */
  weekday: number
  /** 1 on a working day. */
  busyness: number
}

export function toDay(startMs: number): Day {
  const weekday = new Date(startMs).getUTCDay()
  const isWeekend = weekday === 0 || weekday === 6
  return { startMs, weekday, busyness: isWeekend ? 0.33 : weekday === 5 ? 0.9 : 1 }
}

/** A moment of the day, more likely when it is busy. */
export function busyMoment(random: Random, day: Day): number {
  return day.startMs + random.weighted(busiest).hour * hourMs + random.whole(0, hourMs - 1)
}

/** The moment of a day that a clock shows. */
export function atClock(day: Day, hour: number, minute: number): number {
  return day.startMs + hour * hourMs + minute * 60_000
}

export const outageWeekday = 3

/** Wednesday afternoon: a provider of models, and what depends on it, fails for an hour and a half. */
export function isOutage(atMs: number): boolean {
  const day = toDay(Math.floor(atMs / dayMs) * dayMs)
  return day.weekday === outageWeekday && atMs >= atClock(day, 14, 0) && atMs < atClock(day, 15, 30)
}
