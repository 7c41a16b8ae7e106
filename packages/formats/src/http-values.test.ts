import { expect, test } from '@jest/globals'
import {
  readCommonLogTime,
  sumSecondsToMilliseconds,
  toAddress,
  toCountry,
  toFirstText,
  toStatus,
} from './http-values.ts'

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['192.0.2.7:51234', '192.0.2.7'],
  ['[2001:db8::1]:80', '2001:db8::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['203.0.113.9, 10.0.0.1', '203.0.113.9'],
  ['unix:/run/a.sock', undefined],
  ['-', undefined],
  ['', undefined],
  [null, undefined],
])('the address in %j is %j', (value, address) => {
  expect(toAddress(value)).toBe(address)
})

test.each([
  ['0.012', 12],
  ['0.004, 0.020 : 0.001', 25],
  ['-, 0.5', 500],
  [0.25, 250],
  ['-', undefined],
  ['-1', undefined],
  [null, undefined],
])('%j seconds are %j milliseconds', (value, ms) => {
  expect(sumSecondsToMilliseconds(value)).toBe(ms)
})

test.each([
  ['200', 200],
  [404, 404],
  [0, undefined],
  [-1, undefined],
  ['-', undefined],
])('the status %j is %j', (value, status) => {
  expect(toStatus(value)).toBe(status)
})

test.each([
  ['21/Nov/2026:09:08:35 +0000', '2026-11-21T09:08:35+00:00'],
  ['[21/Nov/2026:09:08:35.125 -0330]', '2026-11-21T09:08:35.125-03:30'],
  ['21/Foo/2026:09:08:35 +0000', undefined],
  [1_795_222_010, undefined],
])('the time %j is %j', (value, time) => {
  expect(readCommonLogTime(value)).toBe(time)
})

test('of a header that came twice the first counts, and a dash is nothing', () => {
  expect([toFirstText(['a', 'b']), toFirstText('-'), toFirstText([])]).toEqual(['a', undefined, undefined])
  expect([toCountry('nz'), toCountry('XX'), toCountry('T1')]).toEqual(['NZ', undefined, 'T1'])
})
