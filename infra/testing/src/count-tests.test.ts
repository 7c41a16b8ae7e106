import { expect, test } from '@jest/globals'
import { TestCounter, toResultLine } from './count-tests.ts'

function count(...lines: string[]): string {
  const counter = new TestCounter()
  for (const line of lines) counter.addLine(line)
  return toResultLine(counter.counts)
}

test('adds up the summaries of several workspaces, in colour or not', () => {
  const counted = count(
    '@weir/journal:test: Test Suites: 2 passed, 2 total',
    '@weir/journal:test: Tests:       14 passed, 14 total',
    '@weir/query:test: Tests:       1 failed, 2 skipped, 1 todo, 30 passed, 34 total',
    '\u001B[35m@weir/events:test: \u001B[0m\u001B[1mTests:\u001B[22m       \u001B[32m5 passed\u001B[39m, 5 total',
  )

  expect(counted).toBe('49 passed, 1 failed, 3 skipped')
})

test('a test file that cannot be run counts as a failure', () => {
  const counted = count(
    'a:test: Test Suites: 1 failed, 1 passed, 2 total',
    'a:test: Tests:       3 passed, 3 total',
  )

  expect(counted).toBe('3 passed, 1 failed')
})

test('a workspace without tests and other output count as nothing', () => {
  expect(count('a:test: Tests:       0 total', 'a:test:   ● Tests: 7 passed, 7 total', '')).toBe(
    '0 passed, 0 failed',
  )
})
