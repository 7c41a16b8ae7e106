import { expect, test } from '@jest/globals'
import { isWanted, readArguments } from './arguments.ts'

test('every row is wanted unless some are named, by name or by what it begins with', () => {
  expect(isWanted('p99', [])).toBe(true)
  expect(isWanted('p99', ['p99'])).toBe(true)
  expect(isWanted('analytics-usage-1m', ['stored', 'analytics'])).toBe(true)
  expect(isWanted('stored', ['store'])).toBe(false)
})

test('rows may be named several times; an unknown option is refused', () => {
  expect(readArguments(['--quick', '--only', 'p99', '--only', 'cpu'])).toMatchObject({
    isQuick: true,
    isJson: false,
    only: ['p99', 'cpu'],
  })
  expect(() => readArguments(['--fast'])).toThrow('--fast')
})
