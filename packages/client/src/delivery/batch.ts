import type { EncodedEvent } from '../core/encode-event.ts'

/** Events that are sent together. */
export interface Batch {
  events: readonly EncodedEvent[]
  /** Forgets where they came from, once it is known what became of all of them. */
  settle: () => void
}

/** The body of a request. */
export function toBody(events: readonly EncodedEvent[]): string {
  return `[${events.map(({ json }) => json).join(',')}]`
}

/** Where batches come from. */
export interface BatchSource {
  /** The next one, oldest first; `undefined` when there is none now. */
  next: () => Promise<Batch | undefined>
}
