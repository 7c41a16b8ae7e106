import { isJsonObject, type JsonObject, type NativeRecord } from '../format.ts'
import { plainDelivery } from '../delivery.ts'
import { otlp } from './otlp.ts'
import { unwrapExport } from './unwrap.ts'

export const traceId = '0af7651916cd43dd8448eb211c80319c'
export const spanId = 'b7ad6b7169203331'
/** 2026-11-20T10:30:45.123Z, and nanoseconds. */
export const startNano = '1795170645123000456'

/** The attributes of an object, as OTLP's JSON has them. */
export function toKeyValues(values: JsonObject): JsonObject[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: toAnyValue(value) }))
}

function toAnyValue(value: unknown): JsonObject {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') {
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toAnyValue) } }
  return isJsonObject(value) ? { kvlistValue: { values: toKeyValues(value) } } : {}
}

const resource = { attributes: toKeyValues({ 'service.name': 'shop', 'host.name': 'web-1' }) }
const scope = { name: 'lib', version: '1.0.0' }

/** A span of a second and a half, with the given attributes and fields. */
export function aSpan(values: JsonObject, fields: JsonObject = {}): JsonObject {
  const span = {
    traceId,
    spanId,
    name: 'work',
    kind: 1,
    startTimeUnixNano: startNano,
    endTimeUnixNano: '1795170646623500456',
    attributes: toKeyValues(values),
    ...fields,
  }
  return { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }] }
}

/** A log record, with the given fields. */
export function aLogRecord(fields: JsonObject): JsonObject {
  const logRecord = { timeUnixNano: startNano, ...fields }
  return { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [logRecord] }] }] }
}

/** The only event of an export request. */
export function translateOne(body: JsonObject): NativeRecord {
  const [record, ...others] = (unwrapExport(body) ?? []).flatMap((one) => otlp.translate(one, plainDelivery))
  if (record === undefined || others.length > 0) throw new Error('It has not one event.')
  return record
}
