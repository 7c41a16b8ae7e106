import { isJsonObject, type JsonObject, type NativeRecord } from '../format.ts'
import { translateInside, translateKnown, type Surroundings } from '../inside.ts'
import { createMapping, rule } from '../mapping.ts'
import { epochToMs, toEventType, toText } from '../values.ts'

/** Sourcetypes that say how to read an event, not what it is. */
const mereForms = new Set(['_json', 'json', 'httpevent', 'generic_single_line', 'hec', 'text'])

const mapAround = createMapping([
  rule('timestamp', '/time', epochToMs),
  rule('host', '/host', toText),
  rule('service', ['/fields/service', '/fields/service.name'], toText),
])

/** The events of one event of HEC: `{time, host, source, sourcetype, index, event, fields}`. */
export function translateEvent(record: JsonObject): readonly NativeRecord[] {
  const { event, ...others } = record
  const { fields, rest } = mapAround(others)
  // Indexed fields mean what a payload's do: what has a column is lifted from there.
  const { fields: indexed, ...beside } = rest
  const payload = isJsonObject(indexed) ? { ...indexed, ...beside } : rest
  const around: Surroundings = { source: 'splunk-hec', fields, payload }
  const wrapped = isJsonObject(event) ? translateWrapped(event, around) : undefined
  const type = readType(record['sourcetype'])
  return (wrapped ?? translateInside(event, around)).map((made) =>
    made.event_type === 'log' && type !== undefined ? { ...made, event_type: type } : made,
  )
}

/** Splunk's own loggers put what they log under `message`, and `severity` beside it. */
function translateWrapped(
  { message, ...others }: JsonObject,
  around: Surroundings,
): readonly NativeRecord[] | undefined {
  if (!isJsonObject(message) || Object.keys(others).some((name) => name !== 'severity')) return undefined
  const fields = { ...around.fields, level: others['severity'] }
  return translateKnown(message, { ...around, fields }) ?? translateInside(message, { ...around, fields })
}

function readType(sourcetype: unknown): string | undefined {
  return typeof sourcetype === 'string' && !mereForms.has(sourcetype) ? toEventType(sourcetype) : undefined
}
