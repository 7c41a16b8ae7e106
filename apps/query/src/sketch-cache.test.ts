import { expect, test } from '@jest/globals'
import { SketchCache, type ParsedRegisters } from './sketch-cache.ts'

function sketchOf(size: number) {
  return { registers: new Uint16Array(size), ranks: new Uint8Array(size) }
}

test('what is kept is found by its name and what it is made of', () => {
  const cache = new SketchCache<ParsedRegisters>()
  const sketch = sketchOf(3)
  cache.keep('a', '1/1', sketch)
  expect(cache.find('a', '1/1')).toBe(sketch)
  expect(cache.find('a', '2/1')).toBeUndefined()
  expect(cache.find('b', '1/1')).toBeUndefined()
})

test('a newer version takes the place of the one before', () => {
  const cache = new SketchCache<ParsedRegisters>()
  cache.keep('a', '1/1', sketchOf(100))
  const { sizeBytes } = cache
  for (let version = 2; version < 10; version += 1) cache.keep('a', `${version}/1`, sketchOf(100))
  expect(cache.sizeBytes).toBe(sizeBytes)
  expect(cache.find('a', '8/1')).toBeUndefined()
  expect(cache.find('a', '9/1')).toBeDefined()
})

test('the least recently used go when there is no room', () => {
  const one = new SketchCache<ParsedRegisters>()
  one.keep('a', '1/1', sketchOf(100))
  const cache = new SketchCache<ParsedRegisters>(3 * one.sizeBytes)
  for (const name of ['a', 'b', 'c']) cache.keep(name, '1/1', sketchOf(100))
  cache.find('a', '1/1')
  cache.keep('d', '1/1', sketchOf(100))
  expect(['a', 'b', 'c', 'd'].filter((name) => cache.find(name, '1/1') !== undefined)).toEqual([
    'a',
    'c',
    'd',
  ])
  expect(cache.sizeBytes).toBe(3 * one.sizeBytes)
})
