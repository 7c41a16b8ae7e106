import { copyFlatObject, maxValues, storableNumber, ValueCopier, type CopiedValue } from './copy-value.ts'
import type { EventFields } from './event-fields.ts'
import type { Level } from './levels.ts'

/** Of the record itself and of what holds it. */
const recordBytes = 128
const fieldBytes = 16

/** An event as it was when it was logged: nothing in it is the caller's any more. */
export class EventRecord {
  readonly eventType: string | undefined
  readonly level: Level | undefined
  readonly atMs: number
  readonly fields: Readonly<Record<string, unknown>>
  /** About what it takes in memory. */
  readonly bytes: number

  constructor(
    eventType: string | undefined,
    level: Level | undefined,
    atMs: number,
    fields: Readonly<Record<string, unknown>>,
    bytes: number,
  ) {
    this.eventType = eventType
    this.level = level
    this.atMs = atMs
    this.fields = fields
    this.bytes = bytes
  }
}

/**
 * Copies an event's fields, so that the caller may go on changing its objects. Nothing is turned into text here:
 * docs/decisions/0014.
 */
export function takeRecord(
  eventType: string | undefined,
  level: Level | undefined,
  atMs: number,
  fields: EventFields,
): EventRecord {
  let copy: Record<string, unknown>
  try {
    copy = { ...fields }
  } catch {
    // A getter threw: field by field, what can be read is kept.
    const read: unknown = new ValueCopier().copy(fields)
    // A copy of an object is an object, or says in text what was wrong with it.
    copy = typeof read === 'object' ? (read as Record<string, unknown>) : { message: read }
  }
  let bytes = recordBytes
  let values = 0
  // oxlint-disable-next-line guard-for-in -- a copy that was just made has no other properties than its own
  for (const name in copy) {
    const value = copy[name]
    bytes += fieldBytes
    values += 1
    if (values > maxValues) copy[name] = undefined
    else if (typeof value === 'string') bytes += value.length
    else if (typeof value === 'object' && value !== null) {
      const nested = copyObject(value, values)
      copy[name] = nested.copy
      bytes += nested.bytes
      values += nested.values
    }
  }
  return new EventRecord(eventType, level, atMs, copy, bytes)
}

/** `valuesBefore`: those that the event has already. */
function copyObject(value: object, valuesBefore: number): CopiedValue {
  try {
    const flat = copyFlatObject(value)
    if (flat !== undefined && valuesBefore + flat.values <= maxValues) return flat
  } catch {
    // A getter threw: the copier reads around it.
  }
  const copier = new ValueCopier(valuesBefore)
  const copy = copier.copy(value)
  return { copy, bytes: copier.bytes, values: copier.values - valuesBefore }
}

/** A field's value as JSON; `undefined` where JSON has nothing for it. */
export function valueToJson(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number': {
      const storable = storableNumber(value)
      return typeof storable === 'string' ? `"${storable}"` : String(storable)
    }
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return `"${value}"`
    case 'object':
      // Already a plain copy: nothing in it can throw.
      return JSON.stringify(value)
    case 'function':
    case 'symbol':
    case 'undefined':
    default:
      return undefined
  }
}
