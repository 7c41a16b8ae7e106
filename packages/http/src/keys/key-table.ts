import { hash, timingSafeEqual } from 'node:crypto'
import type { ApiKey } from './api-key.ts'
import { toApiKey, type StoredKey } from './stored-key.ts'

const hashBytes = 32

/** So much of a hash finds the entry; the whole of it is then compared in a time that does not depend on it. */
const tagBytes = 12

interface Entry {
  hash: Buffer
  key: ApiKey
}

/** Keys by the hash of their text. */
export class KeyTable {
  readonly #entries: ReadonlyMap<string, Entry>
  /** The hash of the text that is being looked for: one allocation for all of them. */
  readonly #presented = Buffer.alloc(hashBytes)

  constructor(keys: readonly StoredKey[]) {
    this.#entries = new Map(
      keys.map((stored) => {
        const bytes = Buffer.from(stored.hash, 'base64')
        return [bytes.toString('binary', 0, tagBytes), { hash: bytes, key: toApiKey(stored) }]
      }),
    )
  }

  get size(): number {
    return this.#entries.size
  }

  /** The key with this text. Nothing but this process's memory is asked. */
  find(text: string): ApiKey | undefined {
    const bytes = hash('sha256', text, 'binary')
    const entry = this.#entries.get(bytes.slice(0, tagBytes))
    if (entry === undefined || entry.hash.length !== hashBytes) return undefined
    this.#presented.write(bytes, 'binary')
    return timingSafeEqual(this.#presented, entry.hash) ? entry.key : undefined
  }
}
