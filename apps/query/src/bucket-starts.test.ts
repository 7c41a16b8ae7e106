import { expect, test } from '@jest/globals'
import { bucketStarts, shortestBucketMs, bucketSizes } from './bucket-starts.ts'
import { toZonedText } from './time-zone.ts'

const at = Date.parse

function shown(from: string, to: string, zone: string, size: (typeof bucketSizes)[number]): string[] {
  return bucketStarts(at(from), at(to), zone, size).map((atMs) => toZonedText(zone, atMs))
}

test('days of a change of clocks have 23 and 25 hours', () => {
  expect(shown('2025-03-08T12:00:00Z', '2025-03-11T04:00:00Z', 'America/New_York', 'day')).toEqual([
    '2025-03-08T00:00:00-05:00',
    '2025-03-09T00:00:00-05:00',
    '2025-03-10T00:00:00-04:00',
  ])
  const [first = 0, second = 0] = bucketStarts(
    at('2025-11-02T06:00:00Z'),
    at('2025-11-04T05:00:00Z'),
    'America/New_York',
    'day',
  )
  expect(second - first).toBe(25 * 3_600_000)
})

test('the first bucket begins before the time when that begins within it', () => {
  expect(shown('2025-06-04T10:00:00Z', '2025-06-05T00:00:00Z', 'UTC', 'week')).toEqual([
    '2025-06-02T00:00:00Z',
  ])
  expect(shown('2025-06-04T10:00:00Z', '2025-08-01T00:00:00Z', 'UTC', 'month')).toEqual([
    '2025-06-01T00:00:00Z',
    '2025-07-01T00:00:00Z',
  ])
})

test('hours of a zone that is ahead by 5:45 begin at its full hours', () => {
  expect(shown('2025-06-04T10:20:00Z', '2025-06-04T12:00:00Z', 'Asia/Kathmandu', 'hour')).toEqual([
    '2025-06-04T16:00:00+05:45',
    '2025-06-04T17:00:00+05:45',
  ])
})

test('a day that a zone left out has no bucket', () => {
  expect(shown('2011-12-29T10:00:00Z', '2011-12-31T10:00:00Z', 'Pacific/Apia', 'day')).toEqual([
    '2011-12-29T00:00:00-10:00',
    '2011-12-31T00:00:00+14:00',
  ])
})

test('buckets ascend in every zone, and none is shorter than the shortest said', () => {
  for (const zone of ['UTC', 'Asia/Kathmandu', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo']) {
    for (const size of bucketSizes) {
      const starts = bucketStarts(at('2025-01-01T00:00:00Z'), at('2025-12-31T00:00:00Z'), zone, size)
      const lengths = starts.slice(1).map((startMs, index) => startMs - (starts[index] ?? 0))
      const shortest = zone === 'Australia/Lord_Howe' && size === 'hour' ? 1_800_000 : shortestBucketMs[size]
      expect([zone, size, Math.min(...lengths) >= shortest]).toEqual([zone, size, true])
    }
  }
})
