import { expect, test } from '@jest/globals'
import { areSteady, median, spreadAbove } from './statistics.ts'

test('the median is the middle value, or the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})

test('a round is steady within the tolerance around the median', () => {
  expect(areSteady([100, 125, 126, 75, 74], 0.25)).toEqual([true, true, false, true, false])
})

test('the spread above the median is that of the upper quarter, whatever lies farther out', () => {
  expect(spreadAbove([10, 11, 9, 12, 10, 100, 8, 10])).toBe(1.1)
  expect(spreadAbove([5])).toBe(1)
})
