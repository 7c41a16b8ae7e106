import { expect, test } from '@jest/globals'
import { IntakeWidth } from './intake-width.ts'

test('few jobs are taken until their size is known', () => {
  expect(new IntakeWidth(64, 30_000).jobs).toBe(8)
  expect(new IntakeWidth(4, 30_000).jobs).toBe(4)
})

test.each([
  [1, 64],
  [1_000, 30],
  [2_000, 15],
  [100_000, 8],
])('of jobs with %p events, %p are taken', (events, jobs) => {
  const width = new IntakeWidth(64, 30_000)
  for (let i = 0; i < 100; i += 1) width.note(events)
  expect(width.jobs).toBe(jobs)
})

test('the width follows the jobs as their size changes', () => {
  const width = new IntakeWidth(64, 30_000)
  width.note(2_000)
  for (let i = 0; i < 100; i += 1) width.note(10)
  expect(width.jobs).toBe(64)
  for (let i = 0; i < 100; i += 1) width.note(2_000)
  expect(width.jobs).toBe(15)
})
