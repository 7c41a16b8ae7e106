import type { FrameRef } from '@weir/journal'

/** A batch that is in the journal and not yet known to be in the database. */
export interface UnconfirmedBatch {
  id: string
  ref: FrameRef
  /** Its length when it is read: more than the journal has of it where its rows are packed. */
  lineBytes: number
  /** Whether most of it is packed rows: compressing it again would be for nothing. */
  isPacked: boolean
  /** Its events by project id. */
  projects: Readonly<Record<string, number>>
  /** The hour that it is accounted for in; `undefined` when another producer counted it, or none. */
  acceptedHour: string | undefined
  /** The journal cannot give it any more: it is only waited for in case that the queue has it. */
  isDamaged: boolean
  /** The job that it was given to the queue in, and in which alone it is given again; `undefined` before that. */
  jobId: string | undefined
  /** When it was last given to the queue; `undefined` before that. Milliseconds since the epoch. */
  forwardedAtMs: number | undefined
}

/** The batches between journal and database, oldest first. */
export class UnconfirmedBatches {
  readonly #batches = new Map<string, UnconfirmedBatch>()

  get size(): number {
    return this.#batches.size
  }

  add(batch: UnconfirmedBatch): void {
    this.#batches.set(batch.id, batch)
  }

  delete(id: string): void {
    this.#batches.delete(id)
  }

  /** The oldest batches that were given to the queue. */
  forwarded(limit: number): UnconfirmedBatch[] {
    const found: UnconfirmedBatch[] = []
    for (const batch of this.#batches.values()) {
      if (found.length === limit) break
      if (batch.forwardedAtMs !== undefined) found.push(batch)
    }
    return found
  }
}
