import { expect, test } from '@jest/globals'
import { UnreleasedFrames } from './unreleased-frames.ts'

test('the oldest frame that is not released gives the age', () => {
  const frames = new UnreleasedFrames()
  expect(frames.oldestAtMs).toBeUndefined()
  for (const seq of [10, 11, 13]) frames.add(seq, 1000 + seq)
  expect([frames.count, frames.oldestAtMs]).toEqual([3, 1010])
  frames.release(11)
  expect([frames.count, frames.oldestAtMs]).toEqual([2, 1010])
  frames.release(10)
  expect([frames.count, frames.oldestAtMs]).toEqual([1, 1013])
  frames.release(13)
  expect([frames.count, frames.oldestAtMs]).toEqual([0, undefined])
})

test('releasing a frame twice, or one that was never there, changes nothing', () => {
  const frames = new UnreleasedFrames()
  frames.release(1)
  frames.add(10, 0)
  frames.add(12, 0)
  for (const seq of [10, 10, 9, 11, 5000]) frames.release(seq)
  expect(frames.count).toBe(1)
  expect([frames.has(10), frames.has(11), frames.has(12)]).toEqual([false, false, true])
})

test('a hundred thousand frames are kept apart', () => {
  const frames = new UnreleasedFrames()
  for (let seq = 0; seq < 100_000; seq += 1) frames.add(seq, seq)
  for (let seq = 0; seq < 99_999; seq += 1) frames.release(seq)
  expect([frames.count, frames.oldestAtMs]).toEqual([1, 99_999])
})

test('a clock that is set back makes no frame older than the first', () => {
  const frames = new UnreleasedFrames()
  frames.add(1, 5000)
  frames.add(2, 4000)
  frames.release(1)
  expect(frames.oldestAtMs).toBe(5000)
})
