import { plainDelivery } from './delivery.ts'
import { isJsonObject, type JsonObject, type NativeRecord } from './format.ts'
import { recognise } from './formats.ts'
import { readLevel } from './levels.ts'
import { liftedFields } from './lifted-fields.ts'
import { createMapping, rule } from './mapping.ts'
import { readObject, translateAs } from './unship.ts'

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
  const object = readObject(value)
  const format = object === undefined ? undefined : recognise(object, plainDelivery)
  // What any logger may have written is a line of whoever carries it.
  if (object === undefined || format === undefined || format.isGeneric === true) return undefined
  return translateAs(around.source, object, format).map((record) => surround(record, around))
}

function translateObject(object: JsonObject, around: Surroundings): readonly NativeRecord[] {
  const known = translateKnown(object, around)
  if (known !== undefined) return known
  const { fields, rest } = mapLine(object)
  return [toLine(fields, rest, around)]
}

function toLine(fields: JsonObject, payload: JsonObject, around: Surroundings): NativeRecord {
  return surround({ event_type: 'log', source: around.source, ...fields, payload }, around)
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
