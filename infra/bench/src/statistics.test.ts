import { expect, test } from '@jest/globals'
import { areSteady, median } from './statistics.ts'

test('the median is the middle value, or the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})

test('a round is steady within the tolerance around the median', () => {
  expect(areSteady([100, 125, 126, 75, 74], 0.25)).toEqual([true, true, false, true, false])
})
