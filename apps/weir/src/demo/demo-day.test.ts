import { expect, test } from '@jest/globals'
import { generateDay, generateWeek, type SentEvent } from './demo-day.ts'

const now = new Date('2026-11-21T09:30:00Z')
const wednesday = Date.UTC(2026, 10, 18)
const week = [...generateWeek(now, 'test')]

function count(events: readonly SentEvent[], accept: (event: SentEvent) => boolean): number {
  return events.filter(accept).length
}

test('a day is the same each time, and another for another seed', () => {
  expect(generateDay(wednesday, 'test')).toEqual(generateDay(wednesday, 'test'))
  expect(generateDay(wednesday, 'other')).not.toEqual(generateDay(wednesday, 'test'))
})

test('a week has about a hundred thousand events, none older than seven days or in the future', () => {
  expect(week.length).toBeGreaterThan(90_000)
  expect(week.length).toBeLessThan(115_000)
  const times = week.map(({ timestamp }) => timestamp)
  expect(times.every((time) => time >= '2026-11-14T09:30:00.000Z' && time < '2026-11-21T09:30:00.000Z')).toBe(
    true,
  )
})

test('every event has an id of its own, the same in a later week', () => {
  const ids = new Set(week.map(({ event_id: id }) => id))
  expect(ids.size).toBe(week.length)
  const later = [...generateWeek(new Date(now.getTime() + 60_000), 'test')]
  expect(count(later, ({ event_id: id }) => !ids.has(id))).toBeLessThan(100)
})

test('working days are busier than the weekend, and days busier than nights', () => {
  const on = (prefix: string): number => count(week, ({ timestamp }) => timestamp.startsWith(prefix))
  expect(on('2026-11-19')).toBeGreaterThan(2 * on('2026-11-15'))
  expect(on('2026-11-19T10')).toBeGreaterThan(5 * on('2026-11-19T04'))
})

test('the errors of Wednesday afternoon stand out', () => {
  const errors = (hour: string): number =>
    count(week, ({ timestamp, level }) => level === 'error' && timestamp.startsWith(hour))
  expect(errors('2026-11-18T14')).toBeGreaterThan(10 * errors('2026-11-18T12'))
})

test('one user costs more than a third of everything', () => {
  const costs = new Map<unknown, number>()
  for (const { payload } of week) {
    const { user_id: user, cost = 0 } = payload
    costs.set(user, (costs.get(user) ?? 0) + Number(cost))
  }
  const total = [...costs.values()].reduce((sum, cost) => sum + cost, 0)
  expect(costs.get('user-042')).toBeGreaterThan(total / 3)
})
