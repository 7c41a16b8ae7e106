import type { EncodedEvent } from '../core/encode-event.ts'

const maxTextLength = 1_000
const maxElements = 20

/** The event with its long texts and lists cut, if it then has at most so many bytes. */
export function shrinkEvent({ id, json }: EncodedEvent, maxBytes: number): EncodedEvent | undefined {
  // Its own text: always an object.
  const cut = { ...(shrink(JSON.parse(json)) as object), truncated: true }
  const shorter = JSON.stringify(cut)
  return Buffer.byteLength(shorter) <= maxBytes ? { id, json: shorter } : undefined
}

function shrink(value: unknown): unknown {
  if (typeof value === 'string') {
    // Half of a pair at the cut is what Weir would refuse.
    return value.length <= maxTextLength
      ? value
      : `${value.slice(0, maxTextLength).replace(/[\ud800-\udbff]$/, '')}…`
  }
  if (Array.isArray(value)) return value.slice(0, maxElements).map(shrink)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shrink(member)]))
}
