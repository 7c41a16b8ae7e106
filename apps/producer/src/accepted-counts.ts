import type { Database } from '@weir/database'
import type { UnconfirmedBatch } from './unconfirmed-batches.ts'
import { addAcceptedCounts, readCountedThrough, type AcceptedCell } from './write-accepted-counts.ts'

/** How long nothing is reported when nothing changes: the time of the last report says that the producer is there. */
const heartbeatMs = 10_000

/**
 * Counts what this producer acknowledged, by project and hour, and tells the database: how much was accepted, and
 * how much of it is not known to be stored. Costs by the batch and by the report.
 *
 * A batch is counted once whatever happens: the report says up to which frame of the journal everything is in it,
 * and no frame is let go before that. What a crash took from memory is thus still in the journal, behind that frame.
 */
export class AcceptedCounts {
  readonly #producerId: string
  #uncounted: UnconfirmedBatch[] = []
  #countedThrough = -1
  readonly #pending = new Map<string, number>()
  #changed = new Set<string>()
  #reportedAtMs = 0
  #isFirstReport = true

  constructor(producerId: string) {
    this.#producerId = producerId
  }

  /** The journal has the batch: now, or from an earlier run. */
  accepted(batch: UnconfirmedBatch): void {
    if (batch.acceptedHour === undefined) return
    this.#uncounted.push(batch)
    this.#addPending(batch, 1)
  }

  /** The database has the batch. */
  confirmed(batch: UnconfirmedBatch): void {
    if (!batch.isDamaged) this.#addPending(batch, -1)
  }

  /** The batch cannot be given to the queue again: if the queue does not have it, it is lost. */
  giveUp(batch: UnconfirmedBatch): void {
    if (!batch.isDamaged) this.#addPending(batch, -1)
    batch.isDamaged = true
  }

  /** Whether the batch would be missed if the journal no longer had it. */
  isCounted({ acceptedHour, ref }: UnconfirmedBatch): boolean {
    return acceptedHour === undefined || ref.seq <= this.#countedThrough
  }

  /** Whether there is something to tell the database. */
  get isDue(): boolean {
    const hasChanged = this.#uncounted.length > 0 || this.#changed.size > 0
    return hasChanged || Date.now() - this.#reportedAtMs >= heartbeatMs
  }

  /** Tells the database what changed. Throws its errors, after which the next report says all of it. */
  async report(db: Database): Promise<void> {
    if (!this.isDue) return
    const before = await readCountedThrough(db, this.#producerId)
    this.#countedThrough = before.countedThrough ?? -1
    // Nothing is awaited up to the statement: what was accepted and what is pending are of one moment, and that
    // is not before `atTime`, so that whatever was stored by then was accepted here.
    const uncounted = this.#uncounted.filter((batch) => !this.isCounted(batch))
    const countedThrough = uncounted.reduce((last, { ref }) => Math.max(last, ref.seq), this.#countedThrough)
    const taken = this.#uncounted.length
    const changed = this.#changed
    this.#changed = new Set()
    try {
      await addAcceptedCounts(db, {
        producerId: this.#producerId,
        countedBefore: before.countedThrough,
        countedThrough,
        atTime: before.atTime,
        cells: this.#toCells(uncounted, changed),
        forgetOthers: this.#isFirstReport,
      })
    } catch (error) {
      for (const key of changed) this.#changed.add(key)
      throw error
    }
    this.#uncounted.splice(0, taken)
    this.#countedThrough = countedThrough
    this.#reportedAtMs = Date.now()
    this.#isFirstReport = false
  }

  #addPending({ acceptedHour, projects }: UnconfirmedBatch, sign: 1 | -1): void {
    if (acceptedHour === undefined) return
    for (const projectId in projects) {
      const key = `${projectId} ${acceptedHour}`
      const count = (this.#pending.get(key) ?? 0) + sign * (projects[projectId] ?? 0)
      if (count === 0) this.#pending.delete(key)
      else this.#pending.set(key, count)
      this.#changed.add(key)
    }
  }

  /** Every accepted batch changed what is pending, so `changed` has the cells of all of them. */
  #toCells(uncounted: readonly UnconfirmedBatch[], changed: ReadonlySet<string>): AcceptedCell[] {
    const accepted = new Map<string, number>()
    for (const { acceptedHour, projects } of uncounted) {
      for (const [projectId, count] of Object.entries(projects)) {
        const key = `${projectId} ${acceptedHour ?? ''}`
        accepted.set(key, (accepted.get(key) ?? 0) + count)
      }
    }
    return [...changed].map((key) => {
      const [projectId = '', acceptedHour = ''] = key.split(' ')
      return {
        projectId,
        acceptedHour,
        accepted: accepted.get(key) ?? 0,
        pending: this.#pending.get(key) ?? 0,
      }
    })
  }
}
