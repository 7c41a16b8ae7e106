import { plainDelivery } from './delivery.ts'
import { isJsonObject, type JsonObject, type NativeRecord } from './format.ts'
import { recognise } from './formats.ts'
import { readLevel } from './levels.ts'
import { liftedFields } from './lifted-fields.ts'
import { createMapping, rule } from './mapping.ts'
import { parseJson } from './read-json.ts'
import { toEventType } from './values.ts'

/** What a protocol says around a record that it carries. */
export interface Surroundings {
  /** The protocol, which is the source of what nothing recognises. */
  source: string
  /** Fields of the native record, for what the record itself does not say. */
  fields: JsonObject
  /** Kept beside the record's own payload. */
  payload: JsonObject
}

const mapLine = createMapping([
  rule('level', ['/level', '/severity', '/log.level'], readLevel),
  rule('message', ['/message', '/msg', '/log'], (value) => (typeof value === 'string' ? value : undefined)),
])

/**
 * The events of a record that came inside another protocol: of JSON in a gateway's shape those that `POST /log` would
 * make of it, of anything else one log line.
 */
export function translateInside(value: unknown, around: Surroundings): readonly NativeRecord[] {
  if (typeof value === 'string') {
    const object = readObject(value)
    return object === undefined ? [toLine({ message: value }, {}, around)] : translateObject(object, around)
  }
  return isJsonObject(value) ? translateObject(value, around) : [toLine({}, { value }, around)]
}

/** The same, where nothing but a gateway's shape is to be made out; undefined where it has none. */
export function translateKnown(value: unknown, around: Surroundings): readonly NativeRecord[] | undefined {
  const object = typeof value === 'string' ? readObject(value) : value
  if (!isJsonObject(object)) return undefined
  const format = recognise(object, plainDelivery)
  if (format === undefined) return undefined
  if (format.name === 'native') return [surround(toNative(object), around)]
  return format.translate(object, plainDelivery).map((record) => surround(record, around))
}

function translateObject(object: JsonObject, around: Surroundings): readonly NativeRecord[] {
  const known = translateKnown(object, around)
  if (known !== undefined) return known
  const { fields, rest } = mapLine(object)
  return [toLine(fields, rest, around)]
}

function readObject(text: string): JsonObject | undefined {
  if (!/^\s*\{/.test(text)) return undefined
  const { value } = parseJson(text)
  return isJsonObject(value) ? value : undefined
}

function toLine(fields: JsonObject, payload: JsonObject, around: Surroundings): NativeRecord {
  return surround({ event_type: 'log', source: around.source, ...fields, payload }, around)
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

/** Adds what stands around a record. What the record says itself wins, and nothing is lost. */
export function surround(record: NativeRecord, { source, fields, payload }: Surroundings): NativeRecord {
  const result: NativeRecord = { ...record, payload: { ...record.payload } }
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const said = result[name] ?? liftedFields.get(name)?.read(result.payload[name])
    if (said === undefined) result[name] = value
  }
  for (const [name, value] of Object.entries(payload)) {
    result.payload[Object.hasOwn(result.payload, name) ? `${source}.${name}` : name] = value
  }
  return result
}
