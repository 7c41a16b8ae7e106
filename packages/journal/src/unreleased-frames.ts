/**
 * The frames of one segment that are not released yet, and when each was appended.
 *
 * A segment can hold a hundred thousand frames, and a journal hundreds of segments, so each frame takes 4 bytes:
 * at `seq - first seq`, milliseconds since the segment's first frame plus 1, or 0 when there is nothing to release.
 */
export class UnreleasedFrames {
  #ages = new Uint32Array(64)
  #firstSeq: number | undefined
  #firstAtMs = 0
  #end = 0
  #oldest = 0
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Append time of the oldest frame that is not released, milliseconds since the epoch. */
  get oldestAtMs(): number | undefined {
    if (this.#count === 0) return undefined
    while (this.#ages[this.#oldest] === 0) this.#oldest += 1
    return this.#firstAtMs + (this.#ages[this.#oldest] ?? 1) - 1
  }

  /** Adds a frame; `seq` is greater than that of every frame before it. */
  add(seq: number, appendedAtMs: number): void {
    if (this.#firstSeq === undefined) {
      this.#firstSeq = seq
      this.#firstAtMs = appendedAtMs
    }
    const index = seq - this.#firstSeq
    if (index >= this.#ages.length) {
      const grown = new Uint32Array(Math.max(index + 1, this.#ages.length * 2))
      grown.set(this.#ages)
      this.#ages = grown
    }
    // The clock may have been set back: a frame is never older than the segment's first.
    this.#ages[index] = Math.max(0, Math.min(appendedAtMs - this.#firstAtMs, 0xffff_fffe)) + 1
    this.#end = index + 1
    this.#count += 1
  }

  has(seq: number): boolean {
    const index = seq - (this.#firstSeq ?? seq)
    return index >= 0 && index < this.#end && this.#ages[index] !== 0
  }

  /** Releases a frame; one that is released already, or was never there, changes nothing. */
  release(seq: number): void {
    if (!this.has(seq)) return
    this.#ages[seq - (this.#firstSeq ?? seq)] = 0
    this.#count -= 1
  }
}
