/** Registers as two columns: which one, and its rank. */
export type ParsedRegisters = { registers: Uint16Array; ranks: Uint8Array }

/** A histogram as two columns: which bin, each once, and its count. */
export type ParsedHistogram = { bins: Int16Array; counts: Float64Array }

/** What an app keeps of past days. */
export interface SketchCaches {
  registers: SketchCache<ParsedRegisters>
  histograms: SketchCache<ParsedHistogram>
}

interface Kept<Sketch> {
  madeOf: string
  sketch: Sketch
  sizeBytes: number
}

/** What a sketch takes beside its columns and texts: two typed arrays with a buffer each are most of it. Measured. */
const overheadBytes = 1_200
const defaultMaxBytes = 32 * 1024 ** 2

/**
 * Sketches of past days, so that they are neither sent nor parsed again for each answer. A sketch has a name, by
 * which a newer one takes its place, and is found by what it was made of as well (the versions of the rows), so
 * that one which is found is right. The least recently used go when there are too many.
 */
export class SketchCache<Sketch extends Record<string, ArrayBufferView>> {
  readonly #kept = new Map<string, Kept<Sketch>>()
  readonly #maxBytes: number
  #sizeBytes = 0

  constructor(maxBytes = defaultMaxBytes) {
    this.#maxBytes = maxBytes
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  find(name: string, madeOf: string): Sketch | undefined {
    const found = this.#kept.get(name)
    if (found?.madeOf !== madeOf) return undefined
    this.#kept.delete(name)
    this.#kept.set(name, found)
    return found.sketch
  }

  keep(name: string, madeOf: string, sketch: Sketch): void {
    this.#forget(name)
    const sizeBytes = overheadBytes + name.length + madeOf.length + sizeOf(sketch)
    this.#kept.set(name, { madeOf, sketch, sizeBytes })
    this.#sizeBytes += sizeBytes
    for (const oldest of this.#kept.keys()) {
      if (this.#sizeBytes <= this.#maxBytes) return
      this.#forget(oldest)
    }
  }

  #forget(name: string): void {
    this.#sizeBytes -= this.#kept.get(name)?.sizeBytes ?? 0
    this.#kept.delete(name)
  }
}

/** Nothing kept yet. */
export function createSketchCaches(): SketchCaches {
  return { registers: new SketchCache(), histograms: new SketchCache() }
}

function sizeOf(sketch: Record<string, ArrayBufferView>): number {
  return Object.values(sketch).reduce((sum, column) => sum + column.byteLength, 0)
}
