import { expect, test } from '@jest/globals'
import { readSettings } from './options.ts'

const apiKey = 'key'

test.each([
  ['https://weir.test/log', undefined, true],
  ['http://127.0.0.1:8001/log', undefined, false],
  ['http://[::1]:8001/log', undefined, false],
  ['http://localhost:8001', undefined, false],
  ['http://127.example.com/log', undefined, true],
  ['http://localhost:8001', true, true],
  ['https://weir.test/log', false, false],
])('to %s with gzip %s: compressed %s', (url, gzip, isCompressed) => {
  expect(readSettings({ url, apiKey, gzip }, {})).toMatchObject({ isCompressed })
})
