import { expect, test } from '@jest/globals'
import { levels, readLevel } from './levels.ts'

test.each([
  ['info', 'info'],
  ['INFO', 'info'],
  ['Warn', 'warning'],
  ['WARNING', 'warning'],
  ['err', 'error'],
  ['fatal', 'critical'],
  ['emerg', 'critical'],
  ['verbose', 'debug'],
  ['notice', 'info'],
])('%s is the level %s', (name, level) => {
  expect(readLevel(name)).toBe(level)
})

test.each([[''], ['loud'], [3], [null], ['__proto__']])('%p is no level', (value) => {
  expect(readLevel(value)).toBeUndefined()
})

test('every level is its own name', () => {
  expect(levels.map(readLevel)).toEqual(levels)
})
