import { isJsonObject, type JsonObject, type NativeRecord } from '../format.ts'
import { surround, translateKnown, type Surroundings } from '../inside.ts'
import { readLevel } from '../levels.ts'
import { createMapping, rule, type Convert, type Rule } from '../mapping.ts'
import { nanosecondsToMilliseconds, toCount, toEventType, toText, toTimestamp } from '../values.ts'
import type { BulkItem } from './read-bulk.ts'

/** A field of the Elastic Common Schema, which is written as nested objects or as one name with points. */
function ecs(to: string, names: readonly string[], as?: Convert): Rule {
  const pointers = names.flatMap((name) =>
    name.includes('.') ? [`/${name.replaceAll('.', '/')}`, `/${name}`] : [`/${name}`],
  )
  return rule(to, pointers, as)
}

const firstText: Convert = (value) => toText(Array.isArray(value) ? value[0] : value)

/** ECS 9, and the names that rsyslog's own template and hand-made ones use. */
const map = createMapping([
  ecs('timestamp', ['@timestamp', 'timereported', 'timestamp', 'time'], toTimestamp),
  ecs('event_type', ['event.action'], toEventType),
  ecs('event_id', ['event.id'], toText),
  ecs('level', ['log.level', 'level', 'severity', 'priority'], readLevel),
  ecs('message', ['message', 'msg'], (value) => (typeof value === 'string' ? value : undefined)),
  ecs('service', ['service.name', 'service', 'programname'], toText),
  ecs('component', ['log.logger'], toText),
  ecs('host', ['url.domain', 'host.hostname', 'host.name', 'host', 'fromhost', 'hostname'], toText),
  ecs('method', ['http.request.method'], toText),
  ecs('path', ['url.path', 'url.original'], toText),
  ecs('status_code', ['http.response.status_code'], toCount),
  ecs('duration_ms', ['event.duration'], nanosecondsToMilliseconds),
  ecs('bytes_in', ['http.request.bytes', 'http.request.body.bytes'], toCount),
  ecs('bytes_out', ['http.response.bytes', 'http.response.body.bytes'], toCount),
  ecs('client_ip', ['client.ip', 'source.ip'], toText),
  ecs('country', ['client.geo.country_iso_code', 'source.geo.country_iso_code'], toText),
  ecs('user_agent', ['user_agent.original'], toText),
  ecs('user_id', ['user.id', 'user.name', 'client.user.id'], toText),
  ecs('request_id', ['http.request.id'], toText),
  ecs('trace_id', ['trace.id'], toText),
  ecs('span_id', ['span.id'], toText),
  ecs('error_type', ['error.type', 'error.code'], toText),
  ecs('error_message', ['error.message'], toText),
  ecs('provider', ['gen_ai.provider.name', 'gen_ai.system'], toText),
  ecs('model', ['gen_ai.response.model'], toText),
  ecs('request_model', ['gen_ai.request.model'], toText),
  ecs('operation', ['gen_ai.operation.name'], toText),
  ecs('input_tokens', ['gen_ai.usage.input_tokens'], toCount),
  ecs('output_tokens', ['gen_ai.usage.output_tokens'], toCount),
  ecs('finish_reason', ['gen_ai.response.finish_reasons'], firstText),
])

/** The events of one item: none of a deletion, of a document in a gateway's shape what that shape says. */
export function translateItem(item: BulkItem): readonly NativeRecord[] {
  const { document } = item
  if (!isJsonObject(document)) return []
  const around = surroundings(item, document)
  const isEcs = 'ecs' in document || 'ecs.version' in document
  const known = isEcs ? undefined : (translateKnown(document, around) ?? translateMessage(document, around))
  return known ?? [translateDocument(document, around)]
}

function surroundings({ index, id }: BulkItem, document: JsonObject): Surroundings {
  return {
    source: 'elasticsearch',
    fields: {
      event_id: id === undefined ? undefined : `${index ?? ''}/${id}`,
      timestamp: toTimestamp(document['@timestamp']),
    },
    payload: index === undefined ? {} : { index },
  }
}

/** A line of a file or of syslog that was a gateway's JSON; the document is what stands around it. */
function translateMessage(document: JsonObject, around: Surroundings): readonly NativeRecord[] | undefined {
  const { message, ...others } = document
  if (typeof message !== 'string') return undefined
  const { fields, rest } = map(others)
  const { source } = around
  return translateKnown(message, {
    source,
    fields: { ...fields, ...around.fields },
    payload: { ...rest, ...around.payload },
  })
}

function translateDocument(document: JsonObject, around: Surroundings): NativeRecord {
  const { fields, rest } = map(document)
  const record = { event_type: typeOf(fields), source: around.source, ...fields, payload: rest }
  // Its own `_id` is what would be sent again; `event.id` may be that of several documents.
  return surround({ ...record, ...definedOf(around.fields) }, around)
}

function definedOf(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function typeOf({ model, request_model: requested, method, status_code: status }: JsonObject): string {
  if (model !== undefined || requested !== undefined) return 'llm_query_sent'
  return method !== undefined || status !== undefined ? 'api_request' : 'log'
}
