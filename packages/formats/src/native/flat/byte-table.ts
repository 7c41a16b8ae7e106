import { byteAt, copy, copyMargin, isSame, textBetween } from './memory.ts'

/** Finds texts that are known by their bytes. A text's number is its place in the order in which they were added. */
export class ByteTable {
  /** Place of each text in memory. */
  readonly starts: Int32Array
  readonly lengths: Int32Array
  readonly texts: string[] = []
  readonly #slots: Int16Array
  readonly #beginsAt: number
  readonly #endsAt: number
  #nextAt: number

  /** `capacity` texts at most, a power of two; their bytes are kept between these places. */
  constructor(capacity: number, beginsAt: number, endsAt: number) {
    this.starts = new Int32Array(capacity)
    this.lengths = new Int32Array(capacity)
    this.#slots = new Int16Array(4 * capacity).fill(-1)
    this.#beginsAt = beginsAt
    this.#endsAt = endsAt
    this.#nextAt = beginsAt
  }

  /** The place behind the last text. */
  get endAt(): number {
    return this.#nextAt
  }

  /** The number of the text that stands there, -1 if there is none. */
  find(start: number, end: number): number {
    const slot = this.#slots[this.#findSlot(start, end)]
    return slot ?? -1
  }

  /** Adds a text that stands somewhere else in memory. -1 if it is full. */
  add(start: number, end: number): number {
    const number = this.texts.length
    if (number === this.starts.length || this.#nextAt + end - start + copyMargin > this.#endsAt) return -1
    this.#slots[this.#findSlot(start, end)] = number
    this.starts[number] = this.#nextAt
    this.lengths[number] = end - start
    this.#nextAt = copy(start, end, this.#nextAt)
    this.texts.push(textBetween(start, end))
    return number
  }

  clear(): void {
    this.#slots.fill(-1)
    this.texts.length = 0
    this.#nextAt = this.#beginsAt
  }

  /** The slot of the text, or the empty one where it would be: a quarter of the slots are taken at most. */
  #findSlot(start: number, end: number): number {
    const length = end - start
    const mask = this.#slots.length - 1
    let slot = hash(start, length) & mask
    for (;;) {
      const number = this.#slots[slot] ?? -1
      if (number === -1) return slot
      if (this.lengths[number] === length && isSame(this.starts[number] ?? 0, start, length)) return slot
      slot = (slot + 1) & mask
    }
  }
}

/**
 * Of a few of the text's own bytes: they tell known names apart, and who sends others on purpose only makes itself
 * slower.
 */
function hash(start: number, length: number): number {
  return (
    byteAt(start) * 5 +
    byteAt(start + (length >> 2)) * 37 +
    byteAt(start + (length >> 1)) * 17 +
    byteAt(start + length - 1) * 3 +
    length * 71
  )
}
