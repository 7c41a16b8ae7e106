import { randomBytes } from 'node:crypto'
import { readRedaction, type Database, type StoredRedaction } from '@weir/database'
import { listenForChanges } from '@weir/http'
import { defaultRules, redactionRules, type ProjectRedaction, type RedactionRules } from '@weir/redaction'
import { sleep, type Logger } from '@weir/runtime'
import type { Pool } from 'pg'
import { readRedactionSnapshot, writeRedactionSnapshot } from './redaction-snapshot.ts'

/** With what a look at the database takes, new rules hold within 5 s even where `LISTEN` does not work. */
const defaultReloadIntervalMs = 4_000

export interface RedactionStoreOptions {
  pool: Pool
  db: Database
  /** Of the keyed hashes, in place of the database's own. */
  hashKey?: string | undefined
  /** Where rules are kept for a start without PostgreSQL; nowhere when left out. */
  snapshotPath?: string | undefined
  reloadIntervalMs?: number | undefined
  logger: Logger
}

/** The rules of every project, in memory. */
export interface RedactionStore extends AsyncDisposable {
  /** The default rules for a project that has none of its own. */
  of(projectId: number): ProjectRedaction
  /** Looks at the database now. Does not reject. */
  reload(): Promise<void>
}

/**
 * Reads the rules of every project and keeps them up to date. While PostgreSQL is away the last ones that were known
 * hold, at a start those of the snapshot, else the default ones: never none. Never rejects because it is away.
 */
export async function openRedactionStore(options: RedactionStoreOptions): Promise<RedactionStore> {
  const store = new MemoryRedactionStore(options)
  await store.start()
  return store
}

class MemoryRedactionStore implements RedactionStore {
  readonly #options: RedactionStoreOptions
  readonly #stopping = new AbortController()
  #loops: Promise<unknown> = Promise.resolve()
  #projects = new Map<number, ProjectRedaction>()
  // Until another is known: ids are told apart, though not the same after a restart.
  #hashKey = randomBytes(32).toString('hex')
  #isCurrent = false
  #knownText = ''

  constructor(options: RedactionStoreOptions) {
    this.#options = options
    if (options.hashKey !== undefined) this.#hashKey = options.hashKey
  }

  of(projectId: number): ProjectRedaction {
    let known = this.#projects.get(projectId)
    if (known === undefined) {
      known = { projectId, rules: defaultRules, hashKey: this.#hashKey }
      this.#projects.set(projectId, known)
    }
    return known
  }

  async start(): Promise<void> {
    await this.reload()
    if (!this.#isCurrent) await this.#startFromSnapshot()
    const { signal } = this.#stopping
    const { pool, reloadIntervalMs = defaultReloadIntervalMs } = this.#options
    this.#loops = Promise.all([
      listenForChanges(pool.options, 'weir_redaction', () => void this.reload(), signal),
      this.#reloadEvery(reloadIntervalMs, signal),
    ])
  }

  async reload(): Promise<void> {
    const { db, logger } = this.#options
    let stored: StoredRedaction
    try {
      stored = await readRedaction(db)
    } catch (error) {
      if (this.#isCurrent) logger.warn({ err: error }, 'redaction rules cannot be read from the database')
      this.#isCurrent = false
      return
    }
    this.#isCurrent = true
    const text = JSON.stringify(stored)
    if (text === this.#knownText) return
    this.#knownText = text
    this.#take(stored)
    logger.info({ projects: stored.projects.length }, 'redaction rules read from the database')
    await this.#keep(stored)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    await this.#loops
  }

  #take({ hashKey, projects }: StoredRedaction): void {
    this.#hashKey = this.#options.hashKey ?? hashKey
    const known = this.#projects
    this.#projects = new Map(
      projects.map(({ projectId, rules }) => [
        projectId,
        { projectId, rules: this.#read(projectId, rules, known), hashKey: this.#hashKey },
      ]),
    )
  }

  /** Rules that cannot be read, as another version may have written them, leave those that were known. */
  #read(projectId: number, stored: unknown, known: ReadonlyMap<number, ProjectRedaction>): RedactionRules {
    const parsed = redactionRules.safeParse(stored)
    if (parsed.success) return parsed.data
    this.#options.logger.error({ projectId, problems: parsed.error.issues }, 'redaction rules cannot be read')
    return known.get(projectId)?.rules ?? defaultRules
  }

  async #keep(stored: StoredRedaction): Promise<void> {
    const { snapshotPath, logger } = this.#options
    if (snapshotPath === undefined) return
    try {
      await writeRedactionSnapshot(snapshotPath, stored)
    } catch (error) {
      logger.warn({ err: error, snapshotPath }, 'redaction snapshot cannot be written')
    }
  }

  async #startFromSnapshot(): Promise<void> {
    const { snapshotPath, logger } = this.#options
    const stored =
      snapshotPath === undefined
        ? undefined
        : await readRedactionSnapshot(snapshotPath, (reason) => logger.warn({ snapshotPath }, reason))
    if (stored === undefined) {
      logger.warn('redaction by the default rules: the database is away and there is no snapshot')
      return
    }
    this.#take(stored)
    logger.warn('redaction rules come from the snapshot: the database is away')
  }

  async #reloadEvery(intervalMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(intervalMs, signal)
      if (!signal.aborted) await this.reload()
    }
  }
}
