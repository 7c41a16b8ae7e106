import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { periodParameters, previousPeriod, toPeriod, toPeriodBody } from './period.ts'

const schema = z.strictObject(periodParameters)
const nowMs = Date.parse('2025-06-10T10:07:30Z')

function period(values: Record<string, string>) {
  return toPeriod(schema.parse(values), nowMs)
}

test('days are whole days by the clocks of the zone, today included', () => {
  expect(toPeriodBody(period({}))).toEqual({
    start_time: '2025-06-03T00:00:00Z',
    end_time: '2025-06-11T00:00:00Z',
    tz: 'UTC',
    bucket: 'day',
  })
  expect(toPeriodBody(period({ days: '1', tz: 'Asia/Kathmandu' }))).toMatchObject({
    start_time: '2025-06-09T00:00:00+05:45',
    end_time: '2025-06-11T00:00:00+05:45',
    bucket: 'hour',
  })
})

test('hours reach from a quarter of an hour to the next one', () => {
  expect(toPeriodBody(period({ hours: '2' }))).toMatchObject({
    start_time: '2025-06-10T08:00:00Z',
    end_time: '2025-06-10T10:15:00Z',
    bucket: '15m',
  })
})

test('given times are kept as they are, and one is enough', () => {
  expect(toPeriodBody(period({ start_time: '2025-06-10T08:01:02Z' }))).toMatchObject({
    start_time: '2025-06-10T08:01:02Z',
    end_time: '2025-06-10T10:15:00Z',
  })
  expect(toPeriodBody(period({ end_time: '2025-06-01T00:00:00+02:00' }))).toMatchObject({
    start_time: '2025-05-24T22:00:00Z',
    end_time: '2025-05-31T22:00:00Z',
  })
})

test('a plus sign that arrived as a space is still one', () => {
  expect(period({ end_time: '2025-06-01T00:00:00 02:00' }).toMs).toBe(Date.parse('2025-05-31T22:00:00Z'))
})

test.each([
  [{ start_time: '2025-06-02T00:00:00Z', end_time: '2025-06-01T00:00:00Z' }, 'invalid-parameter'],
  [{ days: '3', hours: '3' }, 'invalid-parameter'],
  [{ days: '3', end_time: '2025-06-01T00:00:00Z' }, 'invalid-parameter'],
  [{ hours: '3', start_time: '2025-06-01T00:00:00Z' }, 'invalid-parameter'],
  [{ start_time: '2030-06-02T00:00:00Z' }, 'invalid-parameter'],
  [{ start_time: '2000-06-02T00:00:00Z' }, 'range-too-wide'],
  [{ days: '100', bucket: '15m' }, 'range-too-wide'],
])('%j is %s', (values, kind) => {
  expect(() => period(values)).toThrow(expect.objectContaining({ kind }))
})

test('the period before is as far gone as this one', () => {
  const before = previousPeriod(period({ days: '1' }))
  expect(toPeriodBody(before)).toMatchObject({
    start_time: '2025-06-07T00:00:00Z',
    end_time: '2025-06-08T10:15:00Z',
  })
  const past = previousPeriod(
    period({ start_time: '2025-06-01T00:00:30Z', end_time: '2025-06-02T00:00:30Z' }),
  )
  expect(toPeriodBody(past)).toMatchObject({
    start_time: '2025-05-31T00:00:30Z',
    end_time: '2025-06-01T00:00:30Z',
  })
})
