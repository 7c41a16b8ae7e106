/**
 * Why an event is not in Weir: the queue was full; Weir refused it; it is too large; `beforeSend` took it out or
 * failed; it could not be read; the client was shut down before it could be sent.
 */
export type DropReason = 'queue-full' | 'rejected' | 'too-large' | 'before-send' | 'unreadable' | 'shut-down'

export interface Dropped {
  reason: DropReason
  count: number
  /** What Weir said of some of them. */
  details?: readonly string[]
}

export interface Delivered {
  count: number
  /** The ids of the events, which Weir has on its disk now. */
  eventIds: readonly string[]
}

/** What is told to the host. Each may throw; the client goes on. */
export interface Listeners {
  onDropped?: ((dropped: Dropped) => void) | undefined
  onDelivered?: ((delivered: Delivered) => void) | undefined
  /** Something that somebody should look at: a wrong key, an unreachable Weir. Once for each kind, until it ends. */
  onError?: ((error: Error) => void) | undefined
}

/** Events by what became of them. */
export interface Stats {
  /** Taken by a `log…` call, those dropped because the queue was full included. */
  logged: number
  delivered: number
  dropped: number
  droppedBy: Readonly<Record<DropReason, number>>
  /** Waiting in memory. */
  pending: number
  /** Waiting on disk. */
  spooled: number
}

/** Counts what became of events, and tells the host. */
export class Reports {
  logged = 0
  delivered = 0
  readonly droppedBy: Record<DropReason, number> = {
    'queue-full': 0,
    rejected: 0,
    'too-large': 0,
    'before-send': 0,
    unreadable: 0,
    'shut-down': 0,
  }
  readonly #listeners: Listeners
  readonly #troubles = new Set<string>()
  #untoldFull = 0

  constructor(listeners: Listeners) {
    this.#listeners = listeners
  }

  get dropped(): number {
    return Object.values(this.droppedBy).reduce((sum, count) => sum + count, 0)
  }

  /** Counts one that found the queue full. The host is told by `tellFull`: its code does not run within `log`. */
  countFull(): void {
    this.droppedBy['queue-full'] += 1
    this.#untoldFull += 1
  }

  /** Tells of those that found the queue full since the last time. */
  tellFull(): void {
    if (this.#untoldFull === 0) return
    const count = this.#untoldFull
    this.#untoldFull = 0
    this.#tell(() => this.#listeners.onDropped?.({ reason: 'queue-full', count }))
  }

  drop(reason: DropReason, count: number, details?: readonly string[]): void {
    if (count === 0) return
    this.droppedBy[reason] += count
    const dropped = details === undefined ? { reason, count } : { reason, count, details }
    this.#tell(() => this.#listeners.onDropped?.(dropped))
  }

  deliver(eventIds: readonly string[]): void {
    if (eventIds.length === 0) return
    this.delivered += eventIds.length
    this.#tell(() => this.#listeners.onDelivered?.({ count: eventIds.length, eventIds }))
  }

  /** Says once that something is wrong; again only after `endTrouble`. */
  trouble(kind: string, message: string): void {
    if (this.#troubles.has(kind)) return
    this.#troubles.add(kind)
    const { onError } = this.#listeners
    this.#tell(() => {
      if (onError === undefined) process.emitWarning(message, 'WeirWarning')
      else onError(new Error(message))
    })
  }

  endTrouble(): void {
    this.#troubles.clear()
  }

  #tell(tell: () => void): void {
    try {
      tell()
    } catch {
      // What the host does with the news is its own affair; it must not stop the client.
    }
  }
}
