import {
  isJsonObject,
  type Carried,
  type Delivery,
  type Format,
  type JsonObject,
  type NativeRecord,
} from './format.ts'
import { plainDelivery } from './delivery.ts'
import { recognise } from './formats.ts'
import { liftedFields } from './lifted-fields.ts'
import { native } from './native/format.ts'
import { parseJson } from './read-json.ts'
import { readSyslogLine } from './syslog-line.ts'
import { toEventType } from './values.ts'

/** A shipper may read what another has written: syslog-ng a line that Fluent Bit carries. */
const maxLayers = 2

/**
 * The events of a record. What a shipper of logs carries is read in its own format, if it has one, and keeps what
 * the shipper said beside it.
 */
export function translateShipped(
  record: JsonObject,
  format: Format,
  delivery: Delivery,
  layers = maxLayers,
): readonly NativeRecord[] {
  const carried = layers > 0 ? format.carries?.(record, delivery) : undefined
  const inside = carried === undefined ? undefined : readObject(carried.inside)
  // What a header says is about the record that it came with, and of no use for the one inside.
  const other = inside === undefined ? undefined : recognise(inside, plainDelivery)
  if (carried === undefined || inside === undefined || other === undefined) {
    return format.translate(record, delivery)
  }
  const events = translateAs(format.name, inside, other, layers - 1)
  return events.map((event) => surround(event, format.name, carried))
}

/** The events of a record inside something else, which is the source of what any logger may have written. */
export function translateAs(
  source: string,
  record: JsonObject,
  format: Format,
  layers = maxLayers,
): readonly NativeRecord[] {
  if (format === native) return [toNative(record)]
  const events = translateShipped(record, format, plainDelivery, layers)
  return format.isGeneric === true ? events.map((event) => ({ ...event, source })) : events
}

/** A record that is JSON, alone or behind the head of a line of syslog. */
export function readObject(value: unknown): JsonObject | undefined {
  if (typeof value !== 'string') return isJsonObject(value) ? value : undefined
  if (!/^\s*\{/.test(value)) return readSyslogLine(value)
  const parsed = parseJson(value)
  return parsed.refusal === undefined && isJsonObject(parsed.value) ? parsed.value : undefined
}

/** A record in Weir's own form, its payload where `NativeRecord` has it. */
function toNative({ event_type: type, source, payload, metadata, ...others }: JsonObject): NativeRecord {
  const said = payload ?? metadata
  const left = payload !== undefined && metadata !== undefined ? { metadata } : {}
  return {
    ...others,
    ...left,
    event_type: toEventType(type) ?? 'log',
    source: typeof source === 'string' && source !== '' ? source : 'native',
    payload: isJsonObject(said) ? said : said === undefined ? {} : { payload: said },
  }
}

/** Adds what a shipper said. What the record says itself wins, and nothing is lost. */
function surround(record: NativeRecord, name: string, { fields, beside }: Carried): NativeRecord {
  const added: JsonObject = {}
  const kept: JsonObject = { ...beside }
  for (const [field, value] of Object.entries(fields)) {
    if (isSaid(record, field)) kept[field] = value
    else added[field] = value
  }
  const payload = Object.keys(kept).length === 0 ? record.payload : { ...record.payload, [name]: kept }
  return { ...record, ...added, payload }
}

function isSaid(record: NativeRecord, field: string): boolean {
  if (record[field] !== undefined && record[field] !== null) return true
  return liftedFields.has(field) && Object.hasOwn(record.payload, field)
}
