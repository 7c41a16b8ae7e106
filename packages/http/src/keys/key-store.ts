import type { Pool } from 'pg'
import { sleep, type Logger } from '@weir/runtime'
import type { ApiKey, KeyRefusal, KeyVerifier } from './api-key.ts'
import { listenForChanges } from './key-listener.ts'
import { readSnapshot, writeSnapshot } from './key-snapshot.ts'
import { KeyTable } from './key-table.ts'
import { isMistyped } from './key-text.ts'
import { selectStoredKeys, type StoredKey } from './stored-key.ts'

/** With what a look at the database takes, a revoked key is known within 5 s even where `LISTEN` does not work. */
const defaultReloadIntervalMs = 4_000
const lastUsedIntervalMs = 60_000

const defaultMaxAgeMs = 86_400_000

/** How old the snapshot may get although nothing changed. */
const snapshotRefreshMs = 600_000

/** What the key store works with. */
export interface KeyStoreOptions {
  pool: Pool
  /** Where the keys are kept for a start without PostgreSQL; nowhere when left out. */
  snapshotPath?: string | undefined
  /**
   * Keys that were last seen in the database longer ago than this are not used any more, whether they are in memory or
   * in the snapshot: how long a key that is revoked, or a backup of one, can live through an outage. A day by default.
   */
  maxAgeMs?: number | undefined
  /** How often the database is looked at although it told of no change. */
  reloadIntervalMs?: number | undefined
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
 * at the latest, a lost connection is replaced. A text that is no key costs no question to the database. While
 * PostgreSQL is away, the keys known go on being valid, for `maxAgeMs`; at a start they come from the snapshot, which
 * has hashes only. A text that is not among them is then `unavailable`, since it may be a newer key. Never rejects
 * because the database is away.
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
  #keys = new KeyTable([])
  #seenAtMs = 0
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
    return this.#keys.size
  }

  verify(presented: string): ApiKey | KeyRefusal {
    // A typing error is one whatever the database would say.
    if (isMistyped(presented)) return 'unknown'
    const key = this.#keys.find(presented)
    if (key === undefined) return this.#isCurrent ? 'unknown' : 'unavailable'
    if (key.revokedAt !== undefined) return 'revoked'
    if (key.expiresAt !== undefined && key.expiresAt.getTime() <= this.#now()) return 'expired'
    this.#usedIds.add(key.id)
    return key
  }

  async start(): Promise<void> {
    await this.reload()
    if (!this.#isCurrent) await this.#startFromSnapshot()
    const { signal } = this.#stopping
    const { reloadIntervalMs = defaultReloadIntervalMs } = this.#options
    this.#loops = Promise.all([
      listenForChanges(this.#options.pool.options, 'weir_api_keys', () => void this.reload(), signal),
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
      this.#forgetOldKeys()
    }
  }

  #forgetOldKeys(): void {
    const { maxAgeMs = defaultMaxAgeMs, logger } = this.#options
    if (this.#keys.size === 0 || this.#now() - this.#seenAtMs <= maxAgeMs) return
    this.#keys = new KeyTable([])
    this.#knownText = ''
    logger.error(
      { seenAt: new Date(this.#seenAtMs) },
      'no key is valid any more: the database is away for too long',
    )
  }

  async #take(keys: StoredKey[]): Promise<void> {
    const text = JSON.stringify(keys)
    const isChanged = text !== this.#knownText
    if (isChanged) this.#keys = new KeyTable(keys)
    this.#knownText = text
    const nowMs = this.#now()
    this.#seenAtMs = nowMs
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
    const { snapshotPath, maxAgeMs = defaultMaxAgeMs, logger } = this.#options
    const snapshot =
      snapshotPath === undefined
        ? undefined
        : await readSnapshot(snapshotPath, (reason) => logger.warn({ snapshotPath }, reason))
    if (snapshot === undefined || this.#now() - snapshot.writtenAtMs > maxAgeMs) {
      logger.warn('no key is known: the database is away and there is no recent snapshot')
      return
    }
    this.#keys = new KeyTable(snapshot.keys)
    this.#seenAtMs = snapshot.writtenAtMs
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
