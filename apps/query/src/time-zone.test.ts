import { expect, test } from '@jest/globals'
import { isTimeZone, offsetMs, toInstant, toZonedText } from './time-zone.ts'

test('names of zones are known, offsets and everything else are not', () => {
  for (const name of ['UTC', 'Asia/Kathmandu', 'America/New_York', 'Etc/GMT+5', 'America/Port-au-Prince']) {
    expect([name, isTimeZone(name)]).toEqual([name, true])
  }
  for (const name of ['', 'Mars/Olympus', "'; drop", 'UTC+25', '+05:45', '-08:00', 'a'.repeat(80)]) {
    expect([name, isTimeZone(name)]).toEqual([name, false])
  }
})

test('offsets of three quarters of an hour are exact', () => {
  expect(offsetMs('Asia/Kathmandu', Date.UTC(2025, 5, 1))).toBe(20_700_000)
  expect(toZonedText('Asia/Kathmandu', Date.UTC(2025, 5, 1))).toBe('2025-06-01T05:45:00+05:45')
  expect(toZonedText('UTC', Date.UTC(2025, 5, 1))).toBe('2025-06-01T00:00:00Z')
})

test('a midnight that is skipped is the instant of the skip', () => {
  // Egypt: 2025-04-25 began at 01:00.
  const atMs = toInstant('Africa/Cairo', Date.UTC(2025, 3, 25))
  expect(toZonedText('Africa/Cairo', atMs)).toBe('2025-04-25T01:00:00+03:00')
})

test('a midnight that comes twice is the first one', () => {
  // Cuba: on 2025-11-02 the hour from 00:00 came twice.
  const atMs = toInstant('America/Havana', Date.UTC(2025, 10, 2))
  expect(toZonedText('America/Havana', atMs)).toBe('2025-11-02T00:00:00-04:00')
})

test('a date that is left again at midnight begins when it is reached for good', () => {
  // Egypt: at the end of 2025-10-30 clocks went back from 24:00 to 23:00.
  const atMs = toInstant('Africa/Cairo', Date.UTC(2025, 9, 31))
  expect(toZonedText('Africa/Cairo', atMs)).toBe('2025-10-31T00:00:00+02:00')
  expect(toZonedText('Africa/Cairo', atMs - 1)).toBe('2025-10-30T23:59:59.999+02:00')
})
