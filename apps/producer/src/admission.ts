import { Problem } from '@weir/http'
import type { EventLog } from './event-log.ts'

/** Why requests are refused before their acknowledgement. */
export const gates = ['in-flight', 'journal', 'disk', 'event-loop'] as const
export type Gate = (typeof gates)[number]

const details: Readonly<Record<Gate, string>> = {
  'in-flight': 'Too many bytes are being received at once.',
  journal: 'The journal is full.',
  disk: 'The disk is behind, or cannot be written.',
  'event-loop': 'The producer is behind.',
}

/** How often the gates are looked at; a request only looks at what was found. */
const sampleIntervalMs = 250

/** The journal's gate closes below the first, and opens above the second. */
export const journalRoom = { closeBytes: 65_536, openBytes: 262_144 }

/** A write to the disk that takes this long closes the disk's gate; after the second, those who wait are answered. */
const slowWriteMs = 5_000
const maxWriteMs = 10_000

/** The event loop is late for so many looks in a row before its gate closes: one long pause is no overload. */
const lateSamples = 2

/** Part of the lag that closes the gate at which it opens again. */
const lagHysteresis = 0.5

export interface AdmissionOptions {
  log: Pick<EventLog, 'journal' | 'writingForMs' | 'giveUpWrite'>
  /** Bytes of bodies that are in memory at the same time, at most. */
  maxInFlightBytes: number
  /** How late the event loop may be, on average. */
  maxEventLoopLagMs: number
  /** The average lag since it was last asked; NaN when nothing was measured. */
  readLagMs: () => number
}

/**
 * Decides whether a request is taken, before anything of it is. What is taken is kept or answered with a 503 that
 * asks to come again: never dropped. The gates of journal, disk and event loop are flags that a timer sets, with
 * hysteresis; bytes in flight are counted as they arrive.
 */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #timer: NodeJS.Timeout
  readonly #closed = new Set<Gate>()
  readonly #refusals = new Map<Gate, number>(gates.map((gate) => [gate, 0]))
  #firstClosed: Gate | undefined
  #inFlightBytes = 0
  #lateSamples = 0

  constructor(options: AdmissionOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.sample(), sampleIntervalMs).unref()
  }

  /** Bytes of bodies that requests under way hold. */
  get inFlightBytes(): number {
    return this.#inFlightBytes
  }

  isClosed(gate: Gate): boolean {
    return gate === 'in-flight' ? this.#isFullOfBodies : this.#closed.has(gate)
  }

  /** How many requests each gate has refused. */
  get refusals(): ReadonlyMap<Gate, number> {
    return this.#refusals
  }

  /** Lets a request in: what it holds is to be released when it ends. Throws the 503 of the gate that is closed. */
  enter(): BodyHold {
    if (this.#firstClosed !== undefined) throw this.refuse(this.#firstClosed)
    if (this.#isFullOfBodies) throw this.refuse('in-flight')
    return new BodyHold(this)
  }

  /** Counts a refusal, and makes the 503 of it. */
  refuse(gate: Gate, cause?: unknown): Problem {
    this.#refusals.set(gate, (this.#refusals.get(gate) ?? 0) + 1)
    // Spread over some seconds, so that senders do not all come back at once.
    const retryAfterSeconds = 1 + Math.floor(Math.random() * 5)
    return new Problem('temporary-reduced-capacity', details[gate], {
      headers: { 'Retry-After': String(retryAfterSeconds) },
      cause,
    })
  }

  /** Adds to the bytes in flight, or takes away. Whether there is still room. */
  count(bytes: number): boolean {
    this.#inFlightBytes += bytes
    return this.#inFlightBytes <= this.#options.maxInFlightBytes
  }

  /** Looks at the gates now. */
  sample(): void {
    const { log, readLagMs } = this.#options
    const room = log.journal.roomBytes
    this.#set(
      'journal',
      room < (this.#closed.has('journal') ? journalRoom.openBytes : journalRoom.closeBytes),
    )
    this.#set('disk', log.writingForMs > slowWriteMs)
    if (log.writingForMs > maxWriteMs) log.giveUpWrite()
    this.#sampleLag(readLagMs())
  }

  close(): void {
    clearInterval(this.#timer)
  }

  get #isFullOfBodies(): boolean {
    return this.#inFlightBytes >= this.#options.maxInFlightBytes
  }

  #sampleLag(lagMs: number): void {
    const { maxEventLoopLagMs } = this.#options
    const isLate = lagMs > maxEventLoopLagMs * (this.#closed.has('event-loop') ? lagHysteresis : 1)
    this.#lateSamples = isLate ? this.#lateSamples + 1 : 0
    this.#set('event-loop', isLate && (this.#closed.has('event-loop') || this.#lateSamples >= lateSamples))
  }

  #set(gate: Gate, isClosed: boolean): void {
    if (isClosed) this.#closed.add(gate)
    else this.#closed.delete(gate)
    this.#firstClosed = this.#closed.values().next().value
  }
}

/** What one request has in memory of its body. */
export class BodyHold {
  readonly #admission: Admission
  #bytes = 0
  #isReleased = false

  constructor(admission: Admission) {
    this.#admission = admission
  }

  /** Throws a 503 when there is no room for so many bytes more. */
  take(bytes: number): void {
    // A request that was refused still has a body that arrives, of which nothing is kept.
    if (this.#isReleased) return
    this.#bytes += bytes
    if (!this.#admission.count(bytes)) throw this.#admission.refuse('in-flight')
  }

  release(): void {
    this.#isReleased = true
    this.#admission.count(-this.#bytes)
    this.#bytes = 0
  }
}
