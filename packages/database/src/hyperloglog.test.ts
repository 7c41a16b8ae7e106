import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { addValue, countDistinct, encodeRegisters, mergeRegisters, type Registers } from './hyperloglog.ts'

function registersOf(values: Iterable<string>): Registers {
  const registers: Registers = new Map()
  for (const value of values) addValue(registers, value)
  return registers
}

/** What senders use to tell their users and visitors apart; every seed gives other values. */
const kinds: Record<string, (seed: number, index: number) => string> = {
  'users in a row': (seed, index) => `user-${seed}-${index}`,
  numbers: (seed, index) => String(seed * 10_000_000 + index),
  addresses: (seed, index) => `${seed}.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
  UUIDs: (seed, index) =>
    `${(Math.imul(index + 1, 2_654_435_761) >>> 0).toString(16).padStart(8, '0')}-${seed}-7000-8000-${index.toString(16).padStart(12, '0')}`,
  'mail addresses': (seed, index) => `u${index}@c${seed}.example`,
}

/** The relative errors of the count of `size` values, for each kind of them and each seed. */
function errorsOf(size: number, seeds: number): number[] {
  return Object.values(kinds).flatMap((kind) =>
    Array.from({ length: seeds }, (_unused, seed) => {
      const registers: Registers = new Map()
      for (let index = 0; index < size; index += 1) addValue(registers, kind(seed, index))
      return countDistinct(registers) / size - 1
    }),
  )
}

const meanOf = (numbers: readonly number[]) =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length

// The standard error of 4,096 registers is 1.6 %, so the mean absolute error of a fair estimate is 1.3 %.
test.each([
  [10, 20],
  [100, 20],
  [1_000, 20],
  [5_000, 8],
  [8_000, 8],
  [10_000, 8],
  [12_000, 8],
  [15_000, 8],
  [20_000, 8],
  [50_000, 4],
  [100_000, 4],
  [1_000_000, 1],
])('of %d different values the count is off by less than 2 %% on average, and fair', (size, seeds) => {
  const errors = errorsOf(size, seeds)
  expect(meanOf(errors.map(Math.abs))).toBeLessThan(0.02)
  expect(Math.abs(meanOf(errors))).toBeLessThan(0.015)
})

test('a handful of values is counted exactly', () => {
  for (let size = 0; size <= 5; size += 1) {
    for (const kind of Object.values(kinds)) {
      const values = Array.from({ length: size }, (_unused, index) => kind(7, index))
      expect(countDistinct(registersOf(values))).toBe(size)
    }
  }
})

test('a value counts once, however often it comes', () => {
  const values = Array.from({ length: 300 }, (_unused, index) => `user-${index}`)
  expect(registersOf([...values, ...values, ...values])).toEqual(registersOf(values))
})

test('any partition of values, merged from its encodings, is the registers of all', () => {
  const parts = fc.array(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 40 }), { maxLength: 6 })
  fc.assert(
    fc.property(parts, (values) => {
      const merged: Registers = new Map()
      // As string_agg leaves them: one behind the other.
      mergeRegisters(merged, Buffer.concat(values.map((part) => encodeRegisters(registersOf(part)))))
      expect(merged).toEqual(registersOf(values.flat()))
    }),
  )
})

test('registers far apart and of high rank survive the encoding', () => {
  const all = new Map([0, 1, 31, 32, 33, 64, 65, 4_095].map((register, i) => [register, 1 + i * 4]))
  const merged: Registers = new Map()
  mergeRegisters(merged, Buffer.concat([encodeRegisters(all), encodeRegisters(new Map([[4_095, 33]]))]))
  expect(merged).toEqual(new Map([...all, [4_095, 33]]))
})

test('a register takes little more than a byte', () => {
  const registers = registersOf(Array.from({ length: 500 }, (_unused, i) => `user-${i}`))
  expect(encodeRegisters(registers).length).toBeLessThan(registers.size * 1.1)
})

test('bytes that break off are read as far as they go', () => {
  const bytes = encodeRegisters(registersOf(['a', 'b', 'c']))
  const found: Registers = new Map()
  mergeRegisters(found, bytes.subarray(0, 2))
  mergeRegisters(found, Buffer.from('ffffffffffffff7f', 'hex'))
  expect(found.size).toBe(1)
})

test('the estimate is a number even when every register is at its highest', () => {
  const full: Registers = new Map(Array.from({ length: 4_096 }, (_unused, register) => [register, 33]))
  expect(countDistinct(full)).toBeGreaterThan(1e12)
})
