import { encodeBatch, type BatchHeader, type PackedLines } from '@weir/events'
import { v7 as uuidv7 } from 'uuid'
import type { RefusedLines } from './intake-request.ts'

/** The rows of one request, all of one project. */
export interface AcceptedRows {
  projectId: number
  /** COPY text in UTF-8, one line each, the last one without a line end. Empty where they are packed. */
  rows: Uint8Array
  packed?: PackedLines | undefined
  eventCount: number
  /** How many of them have an event key. */
  keyed: number
  receivedAt: string
  /** Records for the quarantine, likewise as lines. */
  refused?: RefusedLines | undefined
}

/** Makes a batch durable: resolves when its bytes, given in pieces, survive a power loss. */
export type KeepBatch = (header: BatchHeader, pieces: Uint8Array[]) => Promise<void>

interface Waiting {
  accepted: AcceptedRows
  kept: () => void
  failed: (error: unknown) => void
}

/** The largest batch; what is added as one and is larger makes a batch of its own. */
export const maxBatchRows = 1_000
export const maxBatchBytes = 1_000_000

/**
 * Natural batching: a request is written at once when no write is under way; what arrives during a write forms
 * the next batch. There is no timer, so an idle producer adds no latency and a busy one makes larger batches.
 */
export class Batcher {
  readonly #producerId: string
  readonly #keep: KeepBatch
  #waiting: Waiting[] = []
  #isWriting = false
  #writing: { batch: Waiting[]; sinceMs: number } | undefined
  #bytes = 0

  constructor(producerId: string, keep: KeepBatch) {
    this.#producerId = producerId
    this.#keep = keep
  }

  /** Bytes of rows that wait for the disk. */
  get waitingBytes(): number {
    return this.#bytes
  }

  /** How long the write under way has taken so far, in milliseconds; 0 without one. */
  get writingForMs(): number {
    return this.#writing === undefined ? 0 : performance.now() - this.#writing.sinceMs
  }

  /** Rejects everybody who waits. The write under way may still succeed; what had not begun is not written. */
  giveUp(error: Error): void {
    for (const { failed } of this.#writing?.batch ?? []) failed(error)
    for (const waiting of this.#waiting.splice(0)) {
      this.#bytes -= bytesOf(waiting.accepted)
      waiting.failed(error)
    }
  }

  /** Resolves when the rows are on the disk; rejects with the reason why they are not. */
  add(accepted: AcceptedRows): Promise<void> {
    return new Promise((kept, failed) => {
      this.#waiting.push({ accepted, kept, failed })
      this.#bytes += bytesOf(accepted)
      if (!this.#isWriting) {
        this.#isWriting = true
        void this.#writeAll()
      }
    })
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#write(this.#takeBatch())
    this.#isWriting = false
  }

  #takeBatch(): Waiting[] {
    let rows = 0
    let bytes = 0
    let count = 0
    for (const { accepted } of this.#waiting) {
      rows += accepted.eventCount + (accepted.refused?.count ?? 0)
      bytes += lineBytesOf(accepted)
      if (count > 0 && (rows > maxBatchRows || bytes > maxBatchBytes)) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  async #write(batch: Waiting[]): Promise<void> {
    this.#writing = { batch, sinceMs: performance.now() }
    try {
      const { rows, packed, refused } = linesOf(batch)
      const header = headerOf(batch, this.#producerId)
      if (refused.length > 0) header.refusedBytes = lengthOf(refused)
      if (packed.length > 0) Object.assign(header, packedFieldsOf(packed))
      const lines = refused.length > 0 ? [...rows, ...refused] : rows
      await this.#keep(header, encodeBatch(header, lines, packed))
      for (const { kept } of batch) kept()
    } catch (error) {
      for (const { failed } of batch) failed(error)
    } finally {
      this.#writing = undefined
      for (const { accepted } of batch) this.#bytes -= bytesOf(accepted)
    }
  }
}

/** In memory. */
function bytesOf({ rows, packed, refused }: AcceptedRows): number {
  return rows.byteLength + (packed?.frame.byteLength ?? 0) + (refused?.lines.byteLength ?? 0)
}

/** When they are unpacked, which is what the consumer has in memory. */
export function lineBytesOf({ rows, packed, refused }: AcceptedRows): number {
  return rows.byteLength + (packed?.lineBytes ?? 0) + (refused?.lines.byteLength ?? 0)
}

/** A request of which everything was refused has no rows. */
function linesOf(batch: readonly Waiting[]) {
  const rows: Uint8Array[] = []
  const packed: PackedLines[] = []
  const refused: Uint8Array[] = []
  for (const { accepted } of batch) {
    if (accepted.packed !== undefined) packed.push(accepted.packed)
    else if (accepted.eventCount > 0) rows.push(accepted.rows)
    if (accepted.refused !== undefined) refused.push(accepted.refused.lines)
  }
  return { rows, packed, refused }
}

function packedFieldsOf(packed: readonly PackedLines[]): Pick<BatchHeader, 'v' | 'packed'> {
  return { v: 2, packed: packed.map(({ frame, lineBytes }) => [frame.byteLength, lineBytes]) }
}

/** With the line ends between them. */
function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { byteLength }) => sum + byteLength + 1, -1)
}

function headerOf(batch: readonly Waiting[], producer: string): BatchHeader {
  const projects: Record<string, number> = {}
  let keyed = 0
  for (const { accepted } of batch) {
    const { projectId, eventCount, refused } = accepted
    projects[projectId] = (projects[projectId] ?? 0) + eventCount + (refused?.count ?? 0)
    keyed += accepted.keyed
  }
  const acceptedAt = batch[0]?.accepted.receivedAt ?? new Date().toISOString()
  return { v: 1, id: uuidv7(), acceptedAt, projects, keyed, producer }
}
