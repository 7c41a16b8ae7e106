import { randomBytes } from 'node:crypto'
import { columnIndex as at, type RowReader } from '@weir/events'

/** Whatever is kept for a project's combination of dimensions. */
export interface Indexed {
  /** What it is found by: the bytes of the dimensions as they stand in a row, with tabs between. */
  readonly dimensionBytes: Uint8Array
  readonly projectBytes: Uint8Array
  /** Another one of the same hash. */
  next: this | undefined
}

// Nobody can make up dimensions that share a hash without knowing where it begins.
const seed = randomBytes(4).readInt32LE()
const { imul } = Math
/** As many bits as V8 keeps in a number without an object for it. */
const hashMask = 0x3fffffff

/** Finds what belongs to a row's project and dimensions by their bytes: no text is made for a row. */
export class CellIndex<T extends Indexed> {
  readonly #byHash = new Map<number, T>()

  /** What belongs to this row, made by `create` when it is the first one. */
  find(row: RowReader, create: () => T): T {
    const hash = hashOf(row)
    const first = this.#byHash.get(hash)
    for (let found = first; found !== undefined; found = found.next) {
      if (isOf(row, found)) return found
    }
    const created = create()
    created.next = first
    this.#byHash.set(hash, created)
    return created
  }

  values(): T[] {
    const all: T[] = []
    for (const first of this.#byHash.values()) {
      for (let one: T | undefined = first; one !== undefined; one = one.next) all.push(one)
    }
    return all
  }
}

/** The bytes of a row that `find` goes by, as its cell keeps them. */
export function keyBytesOf(row: RowReader): Pick<Indexed, 'dimensionBytes' | 'projectBytes'> {
  return {
    dimensionBytes: copyBytes(row.bytes, row.startOf(at.event_type), row.endOf(at.llm_operation)),
    projectBytes: copyBytes(row.bytes, row.startOf(at.project_id), row.endOf(at.project_id)),
  }
}

function hashOf(row: RowReader): number {
  const hash = hashBytes(row.bytes, row.startOf(at.project_id), row.endOf(at.project_id), seed)
  return hashBytes(row.bytes, row.startOf(at.event_type), row.endOf(at.llm_operation), hash) & hashMask
}

/** FNV-1a. */
function hashBytes(bytes: Uint8Array, start: number, end: number, from: number): number {
  let hash = from
  for (let i = start; i < end; i += 1) hash = imul(hash ^ (bytes[i] ?? 0), 0x01000193)
  return hash ^ (hash >>> 15)
}

function isOf(row: RowReader, { dimensionBytes, projectBytes }: Indexed): boolean {
  const start = row.startOf(at.event_type)
  return (
    row.endOf(at.llm_operation) - start === dimensionBytes.length &&
    isSame(row.bytes, start, dimensionBytes, dimensionBytes.length) &&
    row.equals(at.project_id, projectBytes)
  )
}

/** Bytes that stay when those that they were part of are gone or changed: a `Buffer`'s own `slice` gives no copy. */
export function copyBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end))
}

/** Whether the bytes from `start` begin with the first ones of others. */
export function isSame(bytes: Uint8Array, start: number, others: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i += 1) if (bytes[start + i] !== others[i]) return false
  return true
}
