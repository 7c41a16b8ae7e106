import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { parse, validate, version } from 'uuid'
import { createEventId, createKeyedEventId } from './event-id.ts'

const ms48 = fc.integer({ min: 0, max: 2 ** 48 - 1 })
/** RFC 9562, section 5.7: the first 48 bits are milliseconds. */
const msOf = (id: string) => Buffer.from(parse(id)).readUIntBE(0, 6)

test('an id is a UUIDv7 of the time that it was made for', () => {
  fc.assert(
    fc.property(ms48, fc.string(), fc.nat(), (ms, key, projectId) => {
      for (const id of [createEventId(ms), createKeyedEventId(ms, projectId, key)]) {
        expect(validate(id)).toBe(true)
        expect(version(id)).toBe(7)
        expect(msOf(id)).toBe(ms)
      }
    }),
  )
})

test('a thousand ids of one millisecond sort in the order in which they were made', () => {
  for (let request = 0; request < 10; request += 1) {
    const ids = Array.from({ length: 1_000 }, () => createEventId(1_800_000_000_000 + request))
    expect(ids.toSorted()).toEqual(ids)
  }
})

test('ids of a later millisecond sort behind those of an earlier one', () => {
  const ids = Array.from({ length: 1_000 }, (_unused, index) => createEventId(1_800_000_000_000 + index))
  expect(ids.toSorted()).toEqual(ids)
})

test('no two ids are the same, those of one millisecond past the sequence included', () => {
  const ids = Array.from({ length: 100_000 }, (_unused, index) => createEventId(index % 2))
  expect(new Set(ids).size).toBe(ids.length)
  const ofOne = Array.from({ length: 20_000 }, () => createEventId(7))
  expect(new Set(ofOne).size).toBe(ofOne.length)
})

test('a keyed id depends on its time, its project and its key, and on nothing else', () => {
  const id = createKeyedEventId(1, 2, 'key')
  expect(createKeyedEventId(1, 2, 'key')).toBe(id)
  const others = [
    createKeyedEventId(2, 2, 'key'),
    createKeyedEventId(1, 3, 'key'),
    createKeyedEventId(1, 2, 'kez'),
    createKeyedEventId(1, 22, 'key'),
  ]
  expect(new Set([id, ...others]).size).toBe(5)
})

test('project and key are told apart although one ends in a digit', () => {
  expect(createKeyedEventId(1, 1, '2x')).not.toBe(createKeyedEventId(1, 12, 'x'))
})
