import { encodeRow, type CanonicalEvent } from '@weir/events'

const encoder = new TextEncoder()

/** Rows shorter than this share a slab of memory: an allocation for each is what the garbage collector would pay. */
const ownBufferFromLength = 4_096

/** The events as rows of COPY text. Long texts get a buffer of their own, which can be handed to another thread. */
export function encodeRows(events: readonly CanonicalEvent[], mayNeedEscapes: boolean): Uint8Array {
  const text = events.map((event) => encodeRow(event, mayNeedEscapes)).join('\n')
  return text.length < ownBufferFromLength ? Buffer.from(text, 'utf8') : encoder.encode(text)
}
