import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync, renameSync } from 'node:fs'
import { mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EncodedEvent } from '../core/encode-event.ts'
import type { SpoolOptions } from '../core/options.ts'
import type { Reports } from '../core/reports.ts'
import type { Batch } from '../delivery/batch.ts'
import { adoptFiles, claimDirectory, releaseDirectory } from './adopt.ts'

interface SpoolFile {
  name: string
  eventCount: number
  bytes: number
}

const fileName = /^\d+-(\d+)\.ndjson$/
const defaultMaxBytes = 64 * 1_024 ** 2

/**
 * Events on disk: a file a batch, one event a line, the oldest first. Each client has a directory of its own below
 * the one that is configured, and takes over the files of clients that have ended. A file is whole or not there, and
 * survives the end of the process; it is not synced, so that a power loss may take the newest.
 */
export class Spool {
  readonly #root: string
  readonly #own = claimDirectory(randomBytes(6).toString('hex'))
  readonly #maxBytes: number
  readonly #reports: Reports
  readonly #files: SpoolFile[] = []
  readonly #opened: Promise<boolean>
  #sequence = 0
  #bytes = 0
  #events = 0

  constructor(
    { directory, maxBytes = defaultMaxBytes }: SpoolOptions,
    reports: Reports,
    onAdopted: (events: number) => void,
  ) {
    this.#root = directory
    this.#maxBytes = maxBytes
    this.#reports = reports
    this.#opened = this.#open().then(
      () => {
        if (this.#events > 0) onAdopted(this.#events)
        return true
      },
      (error: unknown) => this.#fail(error),
    )
  }

  /** Events on disk. */
  get held(): number {
    return this.#events
  }

  /** Whether the events are on disk now. False when there is no room, or the disk fails. */
  async put(events: readonly EncodedEvent[]): Promise<boolean> {
    if (!(await this.#opened)) return false
    const text = toText(events)
    if (!this.#hasRoom(text)) return false
    const file = this.#nextFile(text, events.length)
    try {
      const path = this.#pathOf(file.name)
      await writeFile(`${path}.tmp`, text, { mode: 0o600 })
      await rename(`${path}.tmp`, path)
    } catch (error) {
      return this.#fail(error)
    }
    this.#add(file)
    return true
  }

  /** The same, at once, for when the process is about to end. */
  putNow(events: readonly EncodedEvent[]): boolean {
    const text = toText(events)
    if (!this.#hasRoom(text)) return false
    const file = this.#nextFile(text, events.length)
    try {
      const path = this.#pathOf(file.name)
      mkdirSync(join(this.#root, this.#own), { recursive: true, mode: 0o700 })
      writeFileSync(`${path}.tmp`, text, { mode: 0o600 })
      renameSync(`${path}.tmp`, path)
    } catch (error) {
      return this.#fail(error)
    }
    this.#add(file)
    return true
  }

  /** The oldest batch; it stays on disk until it is settled. */
  async next(): Promise<Batch | undefined> {
    await this.#opened
    for (let file = this.#files[0]; file !== undefined; file = this.#files[0]) {
      const oldest = file
      const events = await this.#read(oldest)
      if (events.length > 0) return { events, settle: () => this.#remove(oldest) }
      this.#remove(oldest)
    }
    return undefined
  }

  /** Leaves what is on disk to the next client. */
  async close(): Promise<void> {
    await this.#opened
    await rmdir(join(this.#root, this.#own)).catch(() => undefined)
    releaseDirectory(this.#own)
  }

  async #open(): Promise<void> {
    await mkdir(join(this.#root, this.#own), { recursive: true, mode: 0o700 })
    const names = await adoptFiles(this.#root, this.#own, (old) => {
      const count = fileName.exec(old)?.[1]
      return count === undefined ? undefined : this.#nextName(Number(count))
    })
    for (const name of names) {
      const { size } = await stat(this.#pathOf(name))
      this.#add({ name, eventCount: Number(fileName.exec(name)?.[1]), bytes: size })
    }
  }

  async #read({ name, eventCount }: SpoolFile): Promise<EncodedEvent[]> {
    const text = await readFile(this.#pathOf(name), 'utf8').catch(() => '')
    const events = text.split('\n').flatMap((line) => readLine(line))
    // Gone, or damaged by a power loss.
    this.#reports.drop('unreadable', eventCount - events.length)
    return events
  }

  #hasRoom(text: string): boolean {
    return this.#bytes + Buffer.byteLength(text) <= this.#maxBytes
  }

  #nextFile(text: string, eventCount: number): SpoolFile {
    return { name: this.#nextName(eventCount), eventCount, bytes: Buffer.byteLength(text) }
  }

  #nextName(eventCount: number): string {
    this.#sequence += 1
    return `${String(this.#sequence).padStart(10, '0')}-${eventCount}.ndjson`
  }

  #pathOf(name: string): string {
    return join(this.#root, this.#own, name)
  }

  #add(file: SpoolFile): void {
    this.#files.push(file)
    this.#bytes += file.bytes
    this.#events += file.eventCount
  }

  #remove(file: SpoolFile): void {
    const index = this.#files.indexOf(file)
    if (index === -1) return
    this.#files.splice(index, 1)
    this.#bytes -= file.bytes
    this.#events -= file.eventCount
    // What cannot be removed is sent once more by the next client, and known by its ids.
    rm(this.#pathOf(file.name), { force: true }).catch(() => undefined)
  }

  #fail(error: unknown): false {
    this.#reports.trouble('spool', `Weir: the spool in ${this.#root} does not work: ${String(error)}`)
    return false
  }
}

function toText(events: readonly EncodedEvent[]): string {
  return events.map(({ json }) => `${json}\n`).join('')
}

function readLine(line: string): EncodedEvent[] {
  if (line === '') return []
  try {
    const { event_id: id } = JSON.parse(line) as { event_id?: unknown }
    return typeof id === 'string' ? [{ id, json: line }] : []
  } catch {
    return []
  }
}
