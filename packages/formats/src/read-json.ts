import { isUtf8 } from 'node:buffer'
import type { RawRecord, Records } from './read-records.ts'
import type { Refusal } from './refusal.ts'

/** A number so long that a double may not hold it, outside of a text. */
const longNumber = /[:[,\s]-?\d{16}|\d[eE]\+?\d{3}/

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown

/** The text of a body, without a byte order mark. */
export function toBodyText(body: Buffer): string | Refusal {
  if (!isUtf8(body)) return { code: 'invalid-encoding', detail: 'The body is not UTF-8.', pointer: '#' }
  return body.toString('utf8', body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0)
}

/** Reads JSON; a number that no double holds becomes the text that stood there, as its sender cannot mend it. */
export function parseJson(text: string): RawRecord {
  try {
    return { value: longNumber.test(text) ? parseExactly(text) : JSON.parse(text) }
  } catch {
    // The message would quote a piece of what was sent.
    return { refusal: { code: 'invalid-json', detail: 'This is not JSON.', pointer: '#' }, text }
  }
}

/** Reads JSON, and what no double holds of it as text. Throws for what is no JSON. */
export function parseExactly(text: string): unknown {
  // The types do not know yet that a reviver hears of the text that a value was made of.
  const parseWith = JSON.parse as (json: string, reviver: Reviver) => unknown
  return parseWith(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && isAltered(source, value) ? source : value,
  )
}

function isAltered(source: string, value: number): boolean {
  if (!Number.isFinite(value)) return true
  return /^-?\d{16,}$/.test(source) && BigInt(source) !== BigInt(value)
}

const noNumbers: ReadonlySet<number> = new Set()

/** Records that `parseJson` read, or that came in another form than JSON: any text may need an escape when stored. */
export function toRecords(records: RawRecord[]): Records {
  return { records, isSingle: false, ignored: [], hasEscapes: true, alteredNumbers: () => noNumbers }
}
