import { types } from 'node:util'

/** Less deep, and fewer, than Weir would refuse. */
const maxDepth = 16
export const maxValues = 900
/** About what a member takes in memory, its text not counted. */
const memberBytes = 16

/** A copy, about what it takes in memory, and how many values it has. */
export interface CopiedValue {
  copy: unknown
  bytes: number
  values: number
}

/** Texts, flags and numbers that JSON carries: what is copied by being assigned. */
function isPlainValue(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null || value === undefined)
    return true
  // False for NaN too.
  return typeof value === 'number' && value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER
}

/**
 * The quick way for the objects that most events have: without nested ones, and of the usual kind. `undefined` for
 * any other, which a `ValueCopier` copies.
 */
export function copyFlatObject(value: object): CopiedValue | undefined {
  if (Object.getPrototypeOf(value) !== Object.prototype) return undefined
  const copy: Record<string, unknown> = { ...value }
  let bytes = 0
  let count = 0
  // oxlint-disable-next-line guard-for-in -- a copy that was just made has no other properties than its own
  for (const name in copy) {
    const member = copy[name]
    count += 1
    if (!isPlainValue(member) || name === '__proto__' || count > maxValues) return undefined
    bytes += memberBytes
    if (typeof member === 'string') bytes += member.length
  }
  return { copy, bytes, values: count }
}

/**
 * Copies values into what JSON can say, whatever they are: one object that meets itself, throws when read, or has
 * no end is cut there and the rest is kept.
 */
export class ValueCopier {
  /** About what the copies take in memory. */
  bytes = 0
  /** How many the copies have, those of the event before them included. */
  values: number
  readonly #ancestors: object[] = []

  constructor(valuesBefore = 0) {
    this.values = valuesBefore
  }

  copy(value: unknown): unknown {
    this.values += 1
    if (this.values > maxValues) return '[cut: too many values]'
    this.bytes += memberBytes
    switch (typeof value) {
      case 'string':
        this.bytes += value.length
        return value
      case 'number':
        return storableNumber(value)
      case 'bigint':
        return String(value)
      case 'object':
        return value === null ? null : this.#copyObject(value)
      case 'boolean':
        return value
      case 'function':
      case 'symbol':
      case 'undefined':
      default:
        // Functions and symbols, which JSON leaves out too.
        return undefined
    }
  }

  #copyObject(value: object): unknown {
    if (this.#ancestors.includes(value)) return '[circular]'
    if (this.#ancestors.length >= maxDepth) return '[cut: too deep]'
    this.#ancestors.push(value)
    try {
      return this.#read(value)
    } catch {
      return '[unreadable]'
    } finally {
      this.#ancestors.pop()
    }
  }

  #read(value: object): unknown {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
    if (types.isNativeError(value)) return this.#copyMembers(Object.assign(describeError(value), value))
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
    // Anything may have a `toJSON`; only a function counts.
    const { toJSON } = value as { toJSON?: unknown }
    if (typeof toJSON === 'function') return this.copy(toJSON.call(value))
    if (value instanceof Map) return this.#copyMembers(Object.fromEntries(value))
    if (Array.isArray(value) || value instanceof Set) return this.#copyElements(value)
    return this.#copyMembers(value)
  }

  #copyElements(values: Iterable<unknown>): unknown[] {
    const copies: unknown[] = []
    for (const value of values) {
      if (this.values >= maxValues) break
      copies.push(this.copy(value) ?? null)
    }
    return copies
  }

  #copyMembers(source: object): Record<string, unknown> {
    const copies: Record<string, unknown> = {}
    for (const name of Object.keys(source)) {
      if (this.values >= maxValues) break
      if (name === '__proto__') continue
      this.bytes += name.length
      const copy = this.#copyMember(source, name)
      if (copy !== undefined) copies[name] = copy
    }
    // The one combination of names that Weir takes for an attack on its readers.
    if (Object.hasOwn(copies, 'constructor')) copies['constructor'] = String(copies['constructor'])
    return copies
  }

  #copyMember(source: object, name: string): unknown {
    let value: unknown
    try {
      // A name that `Object.keys` just gave; a getter may still throw.
      value = (source as Record<string, unknown>)[name]
    } catch {
      return '[unreadable]'
    }
    return this.copy(value)
  }
}

/** Numbers that JSON or a double cannot carry: whole ones beyond 2^53 as text, NaN and infinities as null. */
export function storableNumber(value: number): number | string | null {
  if (!Number.isFinite(value)) return null
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? String(value) : value
}

/** What an error says of itself. */
export function describeError(error: Error): { type: string; message: string; stack?: string | undefined } {
  const type = typeof error.name === 'string' && error.name !== '' ? error.name : 'Error'
  return { type, message: error.message, stack: error.stack }
}
