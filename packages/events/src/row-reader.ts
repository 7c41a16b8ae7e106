import { columnIndex as at, eventColumns } from './event-columns.ts'

const tab = 0x09
const zero = 0x30
const point = 0x2e
const dash = 0x2d
const letterZ = 0x5a
const dashesOfId = [8, 13, 18, 23]
/** Of an id, and of a time in UTC with milliseconds. */
const idLength = 36
const timeLength = 24
/** The most digits that a double holds exactly, whatever they are. */
const maxDigits = 15
const nanoPlaces = 9
const maxNanos = 1e14
const powersOfTen = Array.from({ length: maxDigits + 1 }, (_value, exponent) => 10 ** exponent)

/**
 * Reads rows where they lie, in the bytes of a batch: a field becomes text only where somebody asks for it. One reader
 * reads one row after another. A field that a damaged row does not have reads as empty.
 */
export class RowReader {
  bytes: Uint8Array = new Uint8Array()
  /** Where each field that was looked for begins; the next one begins behind its tab. */
  readonly #starts = new Int32Array(eventColumns.length + 1)
  /** How many fields were looked for. */
  #known = 0
  #end = 0
  /** What was parsed last: its digits as one number, and how many of them stand behind the point. */
  #digits = 0
  #places = 0

  /** Turns to the row at `[start, end)`, without its line end. */
  read(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes
    this.#starts[0] = start
    this.#end = end
    this.#known = 0
    this.#find(at.project_id)
    this.#stepOverIdentity()
    this.#find(at.client_ip)
  }

  /** An id and two times, where they are as long as they always are: looking for their tabs costs as much as the rest. */
  #stepOverIdentity(): void {
    const { bytes } = this
    const starts = this.#starts
    const idAt = starts[at.id] ?? 0
    const occurredAt = idAt + idLength + 1
    const receivedAt = occurredAt + timeLength + 1
    const keyAt = receivedAt + timeLength + 1
    if (keyAt > this.#end) return
    if (bytes[occurredAt - 1] !== tab || bytes[receivedAt - 1] !== tab || bytes[keyAt - 1] !== tab) return
    // Another tab between would make of these what the database does not take.
    for (const place of dashesOfId) if (bytes[idAt + place] !== dash) return
    if (bytes[receivedAt - 2] !== letterZ || bytes[keyAt - 2] !== letterZ) return
    starts[at.occurred_at] = occurredAt
    starts[at.received_at] = receivedAt
    starts[at.event_key] = keyAt
    this.#known = at.event_key
  }

  #find(column: number): void {
    const { bytes } = this
    const starts = this.#starts
    const end = this.#end
    let known = this.#known
    let i = starts[known] ?? 0
    for (; i < end && known <= column; i += 1) {
      if (bytes[i] === tab) {
        known += 1
        starts[known] = i + 1
      }
    }
    // The last field ends where the row does; those behind it are not there, which is the same as empty.
    while (known <= column) {
      known += 1
      starts[known] = end + 1
    }
    this.#known = known
  }

  /** Where a field begins in `bytes`. */
  startOf(column: number): number {
    if (column >= this.#known) this.#find(column)
    return this.#starts[column] ?? 0
  }

  /** Where a field ends in `bytes`: not before it begins. */
  endOf(column: number): number {
    const start = this.startOf(column)
    return Math.max(start, (this.#starts[column + 1] ?? 0) - 1)
  }

  isEmpty(column: number): boolean {
    const start = this.startOf(column)
    return (this.#starts[column + 1] ?? 0) - 1 <= start
  }

  /** The first byte of a field; 0 of an empty one. */
  firstByte(column: number): number {
    return this.isEmpty(column) ? 0 : (this.bytes[this.startOf(column)] ?? 0)
  }

  /** Whether a field is these bytes. */
  equals(column: number, expected: Uint8Array): boolean {
    const start = this.startOf(column)
    if (this.endOf(column) - start !== expected.length) return false
    for (let i = 0; i < expected.length; i += 1) if (this.bytes[start + i] !== expected[i]) return false
    return true
  }

  /** A field as it stands in the row. */
  text(column: number): string {
    return this.textFrom(column, column)
  }

  /** Some neighbouring fields as they stand in the row, with the tabs between. */
  textFrom(first: number, last: number): string {
    return toText(this.bytes, this.startOf(first), this.endOf(last))
  }

  /** A number, as `Number` reads it; `undefined` where there is none. */
  number(column: number): number | undefined {
    if (this.isEmpty(column)) return undefined
    if (!this.#parse(column)) return Number(this.text(column))
    // Both are exact, so the quotient is the double next to the decimal.
    return this.#places === 0 ? this.#digits : this.#digits / (powersOfTen[this.#places] ?? 1)
  }

  /** A decimal in whole units of 10⁻⁹; `undefined` unless it has at most five digits before the point, nine behind. */
  nanos(column: number): number | undefined {
    if (!this.#parse(column) || this.#places > nanoPlaces) return undefined
    const nanos = this.#digits * (powersOfTen[nanoPlaces - this.#places] ?? 1)
    return nanos < maxNanos ? nanos : undefined
  }

  /** Reads a decimal without sign and exponent into digits and places; whether it is one, and not too long. */
  #parse(column: number): boolean {
    const { bytes } = this
    const start = this.startOf(column)
    const end = this.endOf(column)
    let digits = 0
    let pointAt = end
    for (let i = start; i < end; i += 1) {
      const digit = (bytes[i] ?? 0) - zero
      if (digit >= 0 && digit <= 9) digits = digits * 10 + digit
      else if (digit === point - zero && pointAt === end) pointAt = i
      else return false
    }
    const hasPoint = pointAt < end
    const length = end - start - (hasPoint ? 1 : 0)
    this.#digits = digits
    this.#places = hasPoint ? end - pointAt - 1 : 0
    return length > 0 && length <= maxDigits
  }
}

function toText(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
}
