/** Whole numbers as LEB128: seven bits a byte, the lowest first, the top bit set on all bytes but the last. */
export class VarintWriter {
  #bytes: Buffer
  #length = 0

  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafe(Math.max(16, expectedBytes))
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], this.#length * 2)
    this.#bytes[this.#length] = value
    this.#length += 1
  }

  /** Up to 2⁵³. */
  varint(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      this.byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.byte(rest)
  }

  /** What was written. The writer must not be used after it. */
  toBuffer(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }
}

/** Reads what `VarintWriter` wrote. Bytes that end within a number read as if zeros followed. */
export class VarintReader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get hasMore(): boolean {
    return this.#offset < this.#bytes.length
  }

  byte(): number {
    const value = this.#bytes[this.#offset] ?? 0
    this.#offset += 1
    return value
  }

  varint(): number {
    let value = this.byte()
    if (value < 0x80) return value
    value &= 0x7f
    for (let scale = 0x80; ; scale *= 0x80) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
}
