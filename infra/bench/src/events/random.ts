/** Numbers that look random and are the same in every run: mulberry32. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  /** A whole number of at least 0, less than `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  /** Log-normal: most are near `median`, a few are many times that. */
  skewed(median: number, spread: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
    return median * Math.exp(spread * normal)
  }
}

/** Picks ranks from 0 to `size` - 1 of which each is as frequent as Zipf's law says: a few are most of the traffic. */
export class ZipfRanks {
  readonly #cumulative: Float64Array
  readonly #random: Random

  constructor(size: number, random: Random) {
    this.#random = random
    this.#cumulative = new Float64Array(size)
    let sum = 0
    for (let rank = 0; rank < size; rank += 1) {
      sum += 1 / (rank + 1)
      this.#cumulative[rank] = sum
    }
  }

  next(): number {
    const sought = this.#random.next() * (this.#cumulative.at(-1) ?? 0)
    let low = 0
    let high = this.#cumulative.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#cumulative[middle] ?? 0) < sought) low = middle + 1
      else high = middle
    }
    return low
  }
}
