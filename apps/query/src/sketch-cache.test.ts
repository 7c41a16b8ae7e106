import { expect, test } from '@jest/globals'
import { SketchCache, type ParsedRegisters } from './sketch-cache.ts'

function sketchOf(size: number) {
  return { registers: new Uint16Array(size), ranks: new Uint8Array(size) }
}

test('what is kept is found by what it is made of', () => {
  const cache = new SketchCache<ParsedRegisters>()
  const sketch = sketchOf(3)
  cache.keep('a', sketch)
  expect(cache.find('a')).toBe(sketch)
  expect(cache.find('b')).toBeUndefined()
})

test('the least recently used go when there is no room', () => {
  const cache = new SketchCache<ParsedRegisters>(3 * (300 + 3 * 100))
  for (const name of ['a', 'b', 'c']) cache.keep(name, sketchOf(100))
  cache.find('a')
  cache.keep('d', sketchOf(100))
  expect(['a', 'b', 'c', 'd'].filter((name) => cache.find(name) !== undefined)).toEqual(['a', 'c', 'd'])
})
