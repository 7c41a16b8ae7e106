import { plainDelivery } from '../delivery.ts'
import { isJsonObject, type JsonObject, type NativeRecord } from '../format.ts'
import { liftedFieldNames } from '../lifted-fields.ts'
import { createMapping, rule, type Mapped } from '../mapping.ts'
import { traefik } from '../traefik/traefik.ts'
import { toEventType, toText } from '../values.ts'
import { readAnyValue, readAttributes } from './any-value.ts'
import { attributes, identityRules } from './attribute-rules.ts'
import { describeModelCall } from './gen-ai/describe-model-call.ts'
import { findPath, hasHttpRequest, httpRules } from './http-fields.ts'
import { readSpanId, readTraceId } from './ids.ts'
import { readSeverity } from './severity.ts'
import { compact, originOf } from './shared.ts'
import { readInstantMs } from './times.ts'
import type { Exported } from './unwrap.ts'

/** Names that belong to calls of models: an application that logs some `model` has not called one. */
const ofModelCalls = /model|provider|tokens|cost|operation|ttft|cache_hit|finish_reason/

const logRules = [
  ...identityRules,
  ...httpRules,
  attributes('error_type', ['exception.type', 'error.type'], toText),
  attributes('error_message', ['exception.message'], toText),
  // The error that pino serialised.
  rule('error_type', '/err/type', toText),
  rule('error_message', '/err/message', toText),
]
const ownNames = [...liftedFieldNames, 'session_id']
const mapLog = createMapping([
  ...logRules,
  ...ownNames.filter((name) => !ofModelCalls.test(name)).map((name) => attributes(name, [name])),
])
/** For those who log events of Weir's own form through an OpenTelemetry logger. */
const mapOwnQuery = createMapping([...logRules, ...ownNames.map((name) => attributes(name, [name]))])

const modelCallDetails = 'gen_ai.client.inference.operation.details'

/** The event of a log record: what happened by its name, a request by its attributes, else a line of a `log`. */
export function translateLogRecord({ resource, scope }: Exported, record: JsonObject): NativeRecord {
  const values = readAttributes(record['attributes'])
  const startMs = readInstantMs(record['timeUnixNano'], record['observedTimeUnixNano'])
  const ids = { trace_id: readTraceId(record['traceId']), span_id: readSpanId(record['spanId']) }
  const { service, rest: origin } = originOf(resource)
  const severity = readSeverity(record['severityNumber'], record['severityText'])
  const body = readAnyValue(record['body'])
  const { type, fields, rest, key } = describe(record, values, ids)
  return {
    event_type: type,
    source: 'otlp',
    ...(startMs !== undefined && { timestamp: startMs }),
    ...(key !== undefined && { event_id: key }),
    ...compact({ ...ids, service, component: toText(scope['name']), level: severity.level }),
    ...compact({ message: readMessage(body) }),
    ...fields,
    payload: compact({
      body: typeof body === 'string' ? undefined : body,
      severity_text: severity.text,
      attributes: rest,
      dropped_attributes: record['droppedAttributesCount'],
      scope,
      resource: origin,
    }),
  }
}

interface Ids {
  trace_id: string | undefined
  span_id: string | undefined
}

type Described = Mapped & { type: string; key?: string | undefined }

function describe(record: JsonObject, values: JsonObject, ids: Ids): Described {
  const named = toText(record['eventName']) ?? toText(values['event.name']) ?? toText(values['event_type'])
  const type = toEventType(named)
  const key = toText(values['log.record.uid'] ?? values['event.id'] ?? values['event_id'])
  if (type === modelCallDetails) return describeDetails(values, ids, isSampled(record['flags']))
  if (type === 'llm_query_sent') return { type, key, ...mapOwnQuery(values) }
  if (type === undefined && traefik.recognises(values, plainDelivery)) return describeTraefik(values, ids)
  const { fields, rest } = mapLog(values)
  if (type !== undefined) return { type, key, fields, rest }
  const isRequest = hasHttpRequest(values) && fields['status_code'] !== undefined
  if (!isRequest) return { type: 'log', key, fields, rest }
  const path = fields['path'] ?? findPath(values)
  return { type: 'api_request', key, fields: { ...fields, ...(path !== undefined && { path }) }, rest }
}

/**
 * A line of Traefik's access log, whose fields are attributes here. Its span is that of the request: under the key
 * of that, the request is counted once although Traefik sends both.
 */
function describeTraefik(values: JsonObject, ids: Ids): Described {
  // Go's own way to write a time, which is none that is read; the record has its own.
  const { StartUTC: startUtc, StartLocal: _local, ...others } = values
  const {
    event_type: type,
    source: _source,
    payload,
    ...said
  } = traefik.translate(others, plainDelivery)[0] ?? {
    event_type: 'api_request',
    source: 'otlp',
    payload: others,
  }
  const fields: JsonObject = { ...compact({ ...ids }), ...said }
  const { trace_id: traceId, span_id: spanId } = fields
  const key = typeof traceId === 'string' && typeof spanId === 'string' ? `${traceId}-${spanId}` : undefined
  return { type, key, fields, rest: compact({ StartUTC: startUtc, ...payload }) }
}

/**
 * The span of the same call says the same, and is the one that is counted. Where it is not exported, because it
 * was not sampled or there is none, the call is counted here: under the key that the span would have, in case
 * that it comes after all.
 */
function describeDetails(values: JsonObject, ids: Ids, isExported: boolean): Described {
  const { trace_id: traceId, span_id: spanId } = ids
  const hasSpan = traceId !== undefined && spanId !== undefined
  if (hasSpan && isExported) return { type: modelCallDetails, ...createIdentity(values) }
  const { fields, rest } = describeModelCall(values, undefined)
  const operation = toText(values['gen_ai.operation.name']) ?? 'chat'
  return {
    type: 'llm_query_sent',
    key: hasSpan ? `${traceId}-${spanId}` : undefined,
    fields: Object.fromEntries(
      Object.entries({ ...fields, operation, error_type: toText(values['error.type']) }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
    rest,
  }
}

const createIdentity = createMapping(identityRules)

/** The lowest bit is that of W3C's trace flags. */
function isSampled(flags: unknown): boolean {
  return (Number(flags) & 1) === 1
}

function readMessage(body: unknown): string | undefined {
  if (!isJsonObject(body)) return typeof body === 'object' ? undefined : toText(body)
  return toText(body['message']) ?? toText(body['msg'])
}
