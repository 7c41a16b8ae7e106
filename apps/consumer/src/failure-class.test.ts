import { expect, test } from '@jest/globals'
import { classifyFailure } from './failure-class.ts'
import { Progress } from './progress.ts'

const error = (code: string | undefined, message = '') => Object.assign(new Error(message), { code })

test.each([
  ['a lost connection', error('ECONNRESET'), 'retry'],
  ['a timeout of the driver, which has no code', error(undefined, 'Query read timeout'), 'retry'],
  ['a deadlock', error('40P01'), 'retry'],
  ['a statement timeout', error('57014'), 'retry'],
  ['a full disk', error('53100'), 'retry'],
  ['a read-only server', error('25006'), 'retry'],
  ['a privilege that was taken away', error('42501'), 'retry'],
  ['a table that is not there', error('42P01'), 'retry'],
  ['a missing partition', error('23514', 'no partition of relation "log_events" found for row'), 'retry'],
  ['a broken check', error('23514', 'violates check constraint'), 'poison'],
  ['text that is no number', error('22P02'), 'poison'],
  ['an index row that is too large', error('54000'), 'poison'],
  ['something new', error('ZZ999'), 'unknown'],
  ['what is no error', 'text', 'unknown'],
])('%s: %#', (_name, thrown, expected) => {
  expect(classifyFailure(thrown)).toBe(expected)
})

test('a consumer that stores nothing for a minute while work waits is not alive, and is again when it stores', () => {
  let nowMs = 0
  const progress = new Progress(() => nowMs)
  nowMs = 59_000
  expect(progress.isAlive).toBe(true)
  nowMs = 61_000
  expect([progress.isAlive, progress.stuckSeconds]).toEqual([false, 61])
  progress.note()
  expect(progress.isAlive).toBe(true)
})
