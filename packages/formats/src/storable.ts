import { pointerSegment, type Refusal } from './refusal.ts'

/** Deepest nesting of a payload. */
const maxDepth = 32
/** Most values, at any depth, in one event. */
const maxValues = 1_000

/** What is known of the body that a value came from. */
export interface BodyFacts {
  hasEscapes: boolean
  alteredNumbers: () => ReadonlySet<number>
  /** The records of the body with what does not fit a double as text, where they can be read again. */
  exactly?: () => readonly ({ value: unknown } | { refusal: Refusal })[]
}

/**
 * Finds what PostgreSQL could not store, or what reading has already changed: NUL and lone surrogates in text,
 * numbers beyond a double, keys that reach for a prototype, absurd depth or size. One check is made for one
 * event; `check` gives the first refusal or `undefined`.
 */
export class StorableCheck {
  readonly #facts: BodyFacts
  #values = 0

  constructor(facts: BodyFacts) {
    this.#facts = facts
  }

  check(key: string, value: unknown, pointer: string, depth = 1): Refusal | undefined {
    this.#values += 1
    if (this.#values > maxValues) {
      return { code: 'validation-failed', detail: `An event holds at most ${maxValues} values.`, pointer }
    }
    if (key === '__proto__') return reservedKey(pointer, key)
    if (this.#facts.hasEscapes && !isStorableText(key)) return unstorableText(pointer, key)
    if (typeof value === 'string') {
      return this.#facts.hasEscapes && !isStorableText(value) ? unstorableText(pointer, key) : undefined
    }
    if (typeof value === 'number') return this.#checkNumber(value, pointer, key)
    if (typeof value !== 'object' || value === null) return undefined
    if (depth >= maxDepth) {
      return { code: 'too-deep', detail: `Values nest at most ${maxDepth} deep.`, pointer }
    }
    return this.#checkMembers(key, value, `${pointer}/${pointerSegment(key)}`, depth)
  }

  #checkMembers(key: string, value: object, pointer: string, depth: number): Refusal | undefined {
    if (key === 'constructor' && Object.hasOwn(value, 'prototype')) return reservedKey(pointer, 'prototype')
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i += 1) {
        const refusal = this.check(String(i), value[i], pointer, depth + 1)
        if (refusal !== undefined) return refusal
      }
      return undefined
    }
    for (const [name, member] of Object.entries(value)) {
      const refusal = this.check(name, member, pointer, depth + 1)
      if (refusal !== undefined) return refusal
    }
    return undefined
  }

  #checkNumber(value: number, pointer: string, key: string): Refusal | undefined {
    if (Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))) return undefined
    if (Number.isFinite(value) && !this.#facts.alteredNumbers().has(value)) return undefined
    return {
      code: 'unsafe-number',
      detail: 'This number does not fit a double without change: send it as a string.',
      pointer: `${pointer}/${pointerSegment(key)}`,
    }
  }
}

/** Whether PostgreSQL can store the text: no NUL, no lone surrogate. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function unstorableText(pointer: string, key: string): Refusal {
  return {
    code: 'unstorable-text',
    detail: 'Text holds neither U+0000 nor half of a surrogate pair.',
    pointer: `${pointer}/${pointerSegment(key)}`,
  }
}

function reservedKey(pointer: string, key: string): Refusal {
  return {
    code: 'reserved-key',
    detail: `A key may not be ${key}.`,
    pointer: `${pointer}/${pointerSegment(key)}`,
  }
}
