const lineEnd = 0x0a
const tab = 0x09

/** Some lines of the bytes of a batch's rows, in their order. Nothing is copied, and no text is made of them. */
export class EventLines {
  readonly bytes: Buffer
  readonly #starts: readonly number[]
  readonly #ends: readonly number[]

  private constructor(bytes: Buffer, starts: readonly number[], ends: readonly number[]) {
    this.bytes = bytes
    this.#starts = starts
    this.#ends = ends
  }

  /** All lines; there is one more than there are line ends. */
  static of(bytes: Buffer): EventLines {
    const starts = [0]
    const ends: number[] = []
    for (let end = bytes.indexOf(lineEnd); end !== -1; end = bytes.indexOf(lineEnd, end + 1)) {
      ends.push(end)
      starts.push(end + 1)
    }
    ends.push(bytes.length)
    return new EventLines(bytes, starts, ends)
  }

  get count(): number {
    return this.#starts.length
  }

  /** Where a line begins in `bytes`. */
  startOf(index: number): number {
    return this.#starts[index] ?? 0
  }

  /** Where a line ends in `bytes`, its line end not included. */
  endOf(index: number): number {
    return this.#ends[index] ?? 0
  }

  bytesOf(index: number): Buffer {
    return this.bytes.subarray(this.startOf(index), this.endOf(index))
  }

  /** One field of a line as it stands there; empty where the line is too short for it. */
  fieldOf(index: number, column: number): string {
    const end = this.endOf(index)
    let start = this.startOf(index)
    for (let left = column; left > 0; left -= 1) {
      start = this.#behindTab(start, end)
      if (start > end) return ''
    }
    return this.bytes.toString('utf8', start, Math.min(end, this.#behindTab(start, end) - 1))
  }

  #behindTab(start: number, end: number): number {
    for (let i = start; i < end; i += 1) if (this.bytes[i] === tab) return i + 1
    return end + 1
  }

  slice(from: number, to?: number): EventLines {
    return new EventLines(this.bytes, this.#starts.slice(from, to), this.#ends.slice(from, to))
  }

  filter(isWanted: (index: number) => boolean): EventLines {
    const starts: number[] = []
    const ends: number[] = []
    for (let index = 0; index < this.count; index += 1) {
      if (!isWanted(index)) continue
      starts.push(this.startOf(index))
      ends.push(this.endOf(index))
    }
    return new EventLines(this.bytes, starts, ends)
  }

  /** The bytes of the lines: a piece for each run of lines that follow each other. */
  pieces(): Buffer[] {
    const pieces: Buffer[] = []
    for (let index = 0; index < this.count;) {
      const start = this.startOf(index)
      let end = this.endOf(index)
      for (index += 1; index < this.count && this.startOf(index) === end + 1; index += 1)
        end = this.endOf(index)
      pieces.push(this.bytes.subarray(start, end))
    }
    return pieces
  }
}
