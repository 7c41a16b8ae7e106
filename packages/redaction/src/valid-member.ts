import { dropped } from './replacer.ts'

const eventType = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/
const maxSourceBytes = 80
const placeholder = 'redacted'

/** A member that was redacted, such that the event is not refused for it. `isEnvelope`: at the top level of the event. */
export function validMember(name: string, value: unknown, isEnvelope: boolean): unknown {
  if (isEnvelope && name === 'event_type' && typeof value !== 'object') {
    return typeof value === 'string' && eventType.test(value) ? value : placeholder
  }
  // Nothing is left of it.
  if (value === '') return dropped
  if (
    isEnvelope &&
    name === 'source' &&
    typeof value === 'string' &&
    Buffer.byteLength(value) > maxSourceBytes
  ) {
    return placeholder
  }
  return value
}
