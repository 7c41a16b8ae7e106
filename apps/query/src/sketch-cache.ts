/** Registers as two columns: which one, and its rank. */
export interface ParsedRegisters {
  registers: Uint16Array
  ranks: Uint8Array
}

const bytesOfEntry = 3
const entryOverheadBytes = 300
const defaultMaxBytes = 64 * 1024 ** 2

/**
 * Sketches of past days, so that they are neither sent nor parsed again for each answer. They are kept by what
 * they were made of (the versions of the rows), so that one which is found is right; the least recently used
 * go when there are too many.
 */
export class SketchCache {
  readonly #kept = new Map<string, ParsedRegisters>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes = defaultMaxBytes) {
    this.#maxBytes = maxBytes
  }

  find(madeOf: string): ParsedRegisters | undefined {
    const found = this.#kept.get(madeOf)
    if (found !== undefined) {
      this.#kept.delete(madeOf)
      this.#kept.set(madeOf, found)
    }
    return found
  }

  keep(madeOf: string, sketch: ParsedRegisters): void {
    if (this.#kept.has(madeOf)) return
    this.#kept.set(madeOf, sketch)
    this.#bytes += sizeOf(sketch)
    for (const [oldest, { registers, ranks }] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) return
      this.#kept.delete(oldest)
      this.#bytes -= sizeOf({ registers, ranks })
    }
  }
}

function sizeOf({ registers }: ParsedRegisters): number {
  return registers.length * bytesOfEntry + entryOverheadBytes
}
