import { stripVTControlCharacters } from 'node:util'
import { expect, test } from '@jest/globals'
import { formatLogLine } from './format-log-line.ts'

test('a line of JSON is shown as time, level, message, reason and facts', () => {
  const line = JSON.stringify({
    level: 40,
    time: Date.UTC(2026, 10, 20, 10, 30, 45),
    name: 'query',
    err: { message: 'no route to host\nat' },
    attempt: 2,
    msg: 'a connection was lost',
  })
  expect(stripVTControlCharacters(formatLogLine('query', line))).toBe(
    'query      10:30:45 warn  a connection was lost  (no route to host)  attempt=2',
  )
})

test.each(['plain text', '{ no JSON'])('%j is shown as it is', (line) => {
  expect(formatLogLine('producer', line)).toBe(`producer   ${line}`)
})
