/** Registers as two columns: which one, and its rank. */
export type ParsedRegisters = { registers: Uint16Array; ranks: Uint8Array }

/** A histogram as two columns: which bin, each once, and its count. */
export type ParsedHistogram = { bins: Int16Array; counts: Float64Array }

/** What an app keeps of past days. */
export interface SketchCaches {
  registers: SketchCache<ParsedRegisters>
  histograms: SketchCache<ParsedHistogram>
}

const entryOverheadBytes = 300
const defaultMaxBytes = 64 * 1024 ** 2

/**
 * Sketches of past days, so that they are neither sent nor parsed again for each answer. They are kept by what
 * they were made of (the versions of the rows), so that one which is found is right; the least recently used
 * go when there are too many.
 */
export class SketchCache<Sketch extends Record<string, ArrayBufferView>> {
  readonly #kept = new Map<string, Sketch>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes = defaultMaxBytes) {
    this.#maxBytes = maxBytes
  }

  find(madeOf: string): Sketch | undefined {
    const found = this.#kept.get(madeOf)
    if (found !== undefined) {
      this.#kept.delete(madeOf)
      this.#kept.set(madeOf, found)
    }
    return found
  }

  keep(madeOf: string, sketch: Sketch): void {
    if (this.#kept.has(madeOf)) return
    this.#kept.set(madeOf, sketch)
    this.#bytes += sizeOf(sketch)
    for (const [oldest, least] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) return
      this.#kept.delete(oldest)
      this.#bytes -= sizeOf(least)
    }
  }
}

/** Nothing kept yet. */
export function createSketchCaches(): SketchCaches {
  return { registers: new SketchCache(), histograms: new SketchCache() }
}

function sizeOf(sketch: Record<string, ArrayBufferView>): number {
  return Object.values(sketch).reduce((sum, column) => sum + column.byteLength, entryOverheadBytes)
}
