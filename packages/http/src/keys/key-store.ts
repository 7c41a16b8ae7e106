import { hash } from 'node:crypto'
import type { Pool } from 'pg'
import { sleep, type Logger } from '@weir/runtime'
import type { ApiKey, KeyRefusal, KeyVerifier } from './api-key.ts'
import { listenForKeyChanges } from './key-listener.ts'
import { readSnapshot, writeSnapshot } from './key-snapshot.ts'
import { isKeyText } from './key-text.ts'
import { selectStoredKeys, toKeyTable, type StoredKey } from './stored-key.ts'

const reloadIntervalMs = 5_000
const lastUsedIntervalMs = 60_000

/** How old the snapshot may get although nothing changed. */
const snapshotRefreshMs = 600_000

/** What the key store works with. */
export interface KeyStoreOptions {
  pool: Pool
  /** Where the keys are kept for a start without PostgreSQL; nowhere when left out. */
  snapshotPath?: string | undefined
  /** A snapshot older than this is not used: it bounds how long a revoked key can live through an outage. */
  maxSnapshotAgeMs?: number | undefined
  logger: Logger
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined
}

/** Every key, in memory. */
export interface KeyStore extends KeyVerifier, AsyncDisposable {
  /** Whether the last look at the database succeeded. */
  readonly isCurrent: boolean
  /** How many keys are known. */
  readonly size: number
  /** Looks at the database now. Does not reject: `isCurrent` says whether it worked. */
  reload(): Promise<void>
}

/**
 * Reads every key into memory and keeps them there: a change is known at once through `LISTEN`, or 5 s later
 * at the latest, a lost connection is replaced. While PostgreSQL is away, the keys known go on being valid; at
 * a start they come from the snapshot, which has hashes only. A text that is not among them is then
 * `unavailable`, since it may be a newer key. Never rejects because the database is away.
 */
export async function openKeyStore(options: KeyStoreOptions): Promise<KeyStore> {
  const store = new MemoryKeyStore(options)
  await store.start()
  return store
}

class MemoryKeyStore implements KeyStore {
  readonly #options: KeyStoreOptions
  readonly #now: () => number
  readonly #stopping = new AbortController()
  #loops: Promise<unknown> = Promise.resolve()
  #keysByHash = new Map<string, ApiKey>()
  #usedIds = new Set<string>()
  #isCurrent = false
  #reloading: Promise<void> | undefined
  #wantsReload = false
  #knownText = ''
  #snapshotAtMs = 0

  constructor(options: KeyStoreOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  get isCurrent(): boolean {
    return this.#isCurrent
  }

  get size(): number {
    return this.#keysByHash.size
  }

  verify(presented: string): ApiKey | KeyRefusal {
    const key = this.#keysByHash.get(hash('sha256', presented, 'base64'))
    if (key === undefined) return this.#refusalOf(presented)
    if (key.revokedAt !== undefined) return 'revoked'
    if (key.expiresAt !== undefined && key.expiresAt.getTime() <= this.#now()) return 'expired'
    this.#usedIds.add(key.id)
    return key
  }

  async start(): Promise<void> {
    await this.reload()
    if (!this.#isCurrent) await this.#startFromSnapshot()
    const { signal } = this.#stopping
    this.#loops = Promise.all([
      listenForKeyChanges(this.#options.pool.options, () => void this.reload(), signal),
      repeat(reloadIntervalMs, () => this.reload(), signal),
      repeat(lastUsedIntervalMs, () => this.#storeLastUse(), signal),
    ])
  }

  /** Calls that come while a look is under way share one that starts after it, and so see every change. */
  reload(): Promise<void> {
    this.#wantsReload = this.#reloading !== undefined
    this.#reloading ??= this.#reloadUntilSeen()
    return this.#reloading
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    await this.#loops
    await this.#reloading
    await this.#storeLastUse()
  }

  /** A key of our form with a wrong checksum is a typing error, whatever the database would say. */
  #refusalOf(presented: string): KeyRefusal {
    if (this.#isCurrent) return 'unknown'
    return presented.startsWith('wk_') && !isKeyText(presented) ? 'unknown' : 'unavailable'
  }

  async #reloadUntilSeen(): Promise<void> {
    do {
      this.#wantsReload = false
      await this.#reloadOnce()
    } while (this.#wantsReload)
    this.#reloading = undefined
  }

  async #reloadOnce(): Promise<void> {
    const { pool, logger } = this.#options
    try {
      const { rows } = await pool.query<StoredKey>(selectStoredKeys)
      if (!this.#isCurrent) logger.info({ keys: rows.length }, 'keys read from the database')
      this.#isCurrent = true
      await this.#take(rows)
    } catch (error) {
      if (this.#isCurrent) logger.warn({ err: error }, 'keys cannot be read from the database')
      this.#isCurrent = false
    }
  }

  async #take(keys: StoredKey[]): Promise<void> {
    const text = JSON.stringify(keys)
    const isChanged = text !== this.#knownText
    if (isChanged) this.#keysByHash = toKeyTable(keys)
    this.#knownText = text
    const nowMs = this.#now()
    const { snapshotPath, logger } = this.#options
    if (snapshotPath === undefined || (!isChanged && nowMs - this.#snapshotAtMs < snapshotRefreshMs)) return
    this.#snapshotAtMs = nowMs
    try {
      await writeSnapshot(snapshotPath, { writtenAtMs: nowMs, keys })
    } catch (error) {
      logger.warn({ err: error, snapshotPath }, 'key snapshot cannot be written')
    }
  }

  async #startFromSnapshot(): Promise<void> {
    const { snapshotPath, maxSnapshotAgeMs = 86_400_000, logger } = this.#options
    const snapshot = snapshotPath === undefined ? undefined : await readSnapshot(snapshotPath)
    if (snapshot === undefined || this.#now() - snapshot.writtenAtMs > maxSnapshotAgeMs) {
      logger.warn('no key is known: the database is away and there is no recent snapshot')
      return
    }
    this.#keysByHash = toKeyTable(snapshot.keys)
    const writtenAt = new Date(snapshot.writtenAtMs).toISOString()
    logger.warn(
      { keys: snapshot.keys.length, writtenAt },
      'keys come from the snapshot: the database is away',
    )
  }

  async #storeLastUse(): Promise<void> {
    if (this.#usedIds.size === 0 || !this.#isCurrent) return
    const ids = [...this.#usedIds]
    this.#usedIds.clear()
    try {
      await this.#options.pool.query('update api_keys set last_used_at = now() where id = any($1)', [ids])
    } catch {
      for (const id of ids) this.#usedIds.add(id)
    }
  }
}

async function repeat(intervalMs: number, work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(intervalMs, signal)
    if (!signal.aborted) await work()
  }
}
