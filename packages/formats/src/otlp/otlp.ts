import { isJsonObject, type Format, type JsonObject, type NativeRecord } from '../format.ts'
import { translateLogRecord } from './log-record.ts'
import { translateSpan } from './span.ts'
import { unwrapExport, type Exported } from './unwrap.ts'

/**
 * Log records and spans of OpenTelemetry, and of everything that speaks its protocol. What becomes of them, and in
 * which dialects calls of models are told: docs/gateways/opentelemetry.md.
 */
export const otlp: Format = {
  name: 'otlp',
  // Its clients are told by the protocol to expect exactly this.
  successStatus: 200,
  recognises: (record) => isExported(record) || isExport(record),
  unwrap: unwrapExport,
  translate(record): readonly NativeRecord[] {
    if (isExported(record)) return translate(record)
    // A list, or lines, of whole export requests, as the Collector writes them to files.
    return (unwrapExport(record) ?? []).flatMap(translate)
  },
}

function translate(record: Exported): NativeRecord[] {
  const { logRecord, span } = record
  if (logRecord !== undefined) return [translateLogRecord(record, logRecord)]
  return span === undefined ? [] : [translateSpan(record, span)]
}

function isExport(record: JsonObject): boolean {
  return Array.isArray(record['resourceLogs']) || Array.isArray(record['resourceSpans'])
}

/** As `unwrapExport` makes them. */
function isExported(record: JsonObject): record is Exported {
  const { resource, scope, logRecord, span } = record
  return isJsonObject(resource) && isJsonObject(scope) && (isJsonObject(logRecord) || isJsonObject(span))
}
