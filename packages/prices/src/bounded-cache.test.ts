import { expect, test } from '@jest/globals'
import { BoundedCache } from './bounded-cache.ts'

test('what was not used for longest goes first', () => {
  const made: string[] = []
  const cache = new BoundedCache<string>(2)
  const get = (key: string) =>
    cache.getOrMake(key, () => {
      made.push(key)
      return key
    })
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) get(key)
  expect(made).toEqual(['a', 'b', 'c', 'b'])
  expect(cache.size).toBe(2)
})
