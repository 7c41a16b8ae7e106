import { VarintReader, VarintWriter } from './varint.ts'

/**
 * HyperLogLog registers: how many different values there were, within 2 % (standard error 1.04 / √4096 = 1.6 %),
 * mergeable over any range of time and any grouping.
 * Source: https://algo.inria.fr/flajolet/Publications/FlFuGaMe07.pdf
 *
 * Encoded, they are a block: how many registers have a value as a varint, then each of these in ascending order
 * as a byte of the number of registers skipped (5 bits) and the rank (3 bits), which is enough for nearly all of
 * them; 31 skipped is followed by a varint of how many more, and a rank of 0 by a byte with the rank.
 * Two encodings are merged by writing one behind the other, which is what `string_agg` does in SQL.
 */
export type Registers = Map<number, number>

const precisionBits = 12
const registerCount = 1 << precisionBits
const maxShortSkip = 31
const maxShortRank = 7
/** A rank is one more than the zeros in front of 32 bits. */
const maxRank = 33
const backslash = 0x5c
const { clz32, imul } = Math

function mix(hash: number): number {
  // The finalizer of MurmurHash3: every input bit reaches every output bit.
  let h = hash ^ (hash >>> 16)
  h = imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

// Two FNV-1a style lanes: one picks the register, the other gives the rank its 32 bits.
const startA = 0x811c9dc5
const startB = 0x9e3779b9
const factorA = 0x01000193
const factorB = 0x5bd1e995

/** Adds one value. */
export function addValue(registers: Registers, value: string): void {
  let a = startA
  let b = startB
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i)
    a = imul(a ^ code, factorA)
    b = imul(b ^ code, factorB)
  }
  addHash(registers, a, b)
}

/**
 * Adds the value that these bytes are in a row, as `addValue` adds its text. Gives false, and adds nothing, where
 * the two differ: beyond ASCII, and behind a backslash.
 */
export function addPlainBytes(registers: Registers, bytes: Uint8Array, start: number, end: number): boolean {
  let a = startA
  let b = startB
  for (let i = start; i < end; i += 1) {
    const code = bytes[i] ?? 0
    if (code >= 0x80 || code === backslash) return false
    a = imul(a ^ code, factorA)
    b = imul(b ^ code, factorB)
  }
  addHash(registers, a, b)
  return true
}

function addHash(registers: Registers, a: number, b: number): void {
  const register = mix(a) & (registerCount - 1)
  const rank = clz32(mix(b ^ imul(a, 0x27d4eb2f))) + 1
  if (rank > (registers.get(register) ?? 0)) registers.set(register, rank)
}

/** Writes registers as one block; nothing for none. */
export function encodeRegisters(registers: Registers): Buffer {
  if (registers.size === 0) return Buffer.alloc(0)
  const writer = new VarintWriter(registers.size + (registers.size >> 3) + 16)
  writer.varint(registers.size)
  let next = 0
  for (const register of Uint16Array.from(registers.keys()).toSorted()) {
    const rank = registers.get(register) ?? 0
    const skipped = register - next
    const shortSkip = Math.min(skipped, maxShortSkip)
    const shortRank = rank > maxShortRank ? 0 : rank
    writer.byte((shortSkip << 3) | shortRank)
    if (shortSkip === maxShortSkip) writer.varint(skipped - maxShortSkip)
    if (shortRank === 0) writer.byte(rank)
    next = register + 1
  }
  return writer.toBuffer()
}

/** Gives each register of encoded blocks with its rank; one that is in several blocks comes several times. */
export function readRegisters(bytes: Uint8Array, onRegister: (register: number, rank: number) => void): void {
  const reader = new VarintReader(bytes)
  while (reader.hasMore) {
    let register = -1
    for (let left = reader.varint(); left > 0 && reader.hasMore; left -= 1) {
      const byte = reader.byte()
      const shortSkip = byte >> 3
      const shortRank = byte & maxShortRank
      register += 1 + shortSkip + (shortSkip === maxShortSkip ? reader.varint() : 0)
      onRegister(register, shortRank === 0 ? reader.byte() : shortRank)
    }
  }
}

/** Merges encoded blocks into registers. */
export function mergeRegisters(registers: Registers, bytes: Uint8Array): void {
  readRegisters(bytes, (register, rank) => {
    if (rank > (registers.get(register) ?? 0)) registers.set(register, rank)
  })
}

/**
 * How many different values were added: exact for a handful, within 2 % for many.
 */
export function countDistinct(registers: Registers): number {
  const registersOfRank = Array.from({ length: maxRank + 1 }, () => 0)
  registersOfRank[0] = registerCount - registers.size
  for (const rank of registers.values()) registersOfRank[rank] = (registersOfRank[rank] ?? 0) + 1
  return estimateDistinct(registersOfRank)
}

/**
 * The same from how many registers have each rank, those without any value being of rank 0.
 *
 * Ertl's improved estimator: the original one is 2.5 % too high on average between 5,000 and 15,000 values.
 * Source: https://arxiv.org/abs/1702.01284, algorithm 6
 */
export function estimateDistinct(registersOfRank: readonly number[]): number {
  const share = (rank: number): number => (registersOfRank[rank] ?? 0) / registerCount
  let sum = saturated(1 - share(maxRank))
  for (let rank = maxRank - 1; rank > 0; rank -= 1) sum = (sum + share(rank)) / 2
  sum += untouched(share(0))
  return Math.round(registerCount / (2 * Math.LN2 * sum))
}

/** What registers without any value add, given their share; infinite when none has one. Ertl's sigma. */
function untouched(share: number): number {
  if (share === 1) return Infinity
  let [power, weight, sum, previous] = [share, 1, share, -1]
  while (sum !== previous) {
    power *= power
    previous = sum
    sum += power * weight
    weight *= 2
  }
  return sum
}

/** What registers of the highest rank add, given the share of the others. Ertl's tau. */
function saturated(share: number): number {
  if (share === 0 || share === 1) return 0
  let [root, weight, sum, previous] = [share, 1, 1 - share, -1]
  while (sum !== previous) {
    root = Math.sqrt(root)
    previous = sum
    weight /= 2
    sum -= (1 - root) ** 2 * weight
  }
  return sum / 3
}
