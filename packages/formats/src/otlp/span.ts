import { isJsonObject, type JsonObject, type NativeRecord } from '../format.ts'
import { createMapping, type Mapped } from '../mapping.ts'
import { toText } from '../values.ts'
import { readAttributes } from './any-value.ts'
import { attributes, identityRules } from './attribute-rules.ts'
import { describeModelCall } from './gen-ai/describe-model-call.ts'
import { findModelCall } from './gen-ai/model-call.ts'
import { findPath, hasHttpRequest, httpRules } from './http-fields.ts'
import { readSpanId, readTraceId } from './ids.ts'
import { compact, originOf } from './shared.ts'
import { readElapsedMs, readInstantMs } from './times.ts'
import type { Exported } from './unwrap.ts'

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const

const mapRequest = createMapping([...identityRules, ...httpRules])
const mapOther = createMapping(identityRules)
const mapException = createMapping([
  attributes('error_type', ['exception.type'], toText),
  attributes('error_message', ['exception.message'], toText),
])

/**
 * The event of a span: a call of a model, a request that was served, or a `span` that neither is counted nor
 * timed with them, because the ones above and below it are.
 */
export function translateSpan({ resource, scope }: Exported, span: JsonObject): NativeRecord {
  const values = readAttributes(span['attributes'])
  const startMs = readInstantMs(span['startTimeUnixNano'], span['endTimeUnixNano'])
  const { service, rest: origin } = originOf(resource)
  const { type, fields, rest } = describe(span, values, startMs)
  const elapsedMs = readElapsedMs(span['startTimeUnixNano'], span['endTimeUnixNano'])
  const isOther = type === 'span'
  return {
    event_type: type,
    source: 'otlp',
    ...(startMs !== undefined && { timestamp: startMs }),
    ...identify(span),
    ...compact({ service, component: toText(scope['name']), action: toText(span['name']) }),
    ...(!isOther && elapsedMs !== undefined && { duration_ms: elapsedMs }),
    ...describeFailure(span, values),
    ...fields,
    payload: compact({
      kind: readKind(span['kind']),
      parent_span_id: readSpanId(span['parentSpanId']),
      // Under another name than a request's duration, which is counted.
      ...(isOther && { elapsed_ms: elapsedMs }),
      attributes: rest,
      events: readEvents(span['events']),
      links: readLinks(span['links']),
      trace_state: span['traceState'],
      dropped_attributes: span['droppedAttributesCount'],
      dropped_events: span['droppedEventsCount'],
      dropped_links: span['droppedLinksCount'],
      scope,
      resource: origin,
    }),
  }
}

function describe(
  span: JsonObject,
  values: JsonObject,
  startMs: number | undefined,
): Mapped & { type: string } {
  const operation = findModelCall(span['name'], values)
  if (operation !== undefined) {
    const { fields, rest } = describeModelCall(values, startMs)
    const ttftMs = fields['ttft_ms'] ?? readFirstToken(span)
    return { type: 'llm_query_sent', fields: compactFields({ ...fields, operation, ttft_ms: ttftMs }), rest }
  }
  if (readKind(span['kind']) !== 'server' || !hasHttpRequest(values)) {
    return { type: 'span', ...mapOther(values) }
  }
  const { fields, rest } = mapRequest(values)
  return { type: 'api_request', fields: compactFields({ path: findPath(values), ...fields }), rest }
}

function compactFields(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** A trace and a span in it are the same however often they are sent. */
function identify(span: JsonObject): JsonObject {
  const traceId = readTraceId(span['traceId'])
  const spanId = readSpanId(span['spanId'])
  if (traceId === undefined || spanId === undefined) return compact({ trace_id: traceId, span_id: spanId })
  return { event_id: `${traceId}-${spanId}`, trace_id: traceId, span_id: spanId }
}

function describeFailure(span: JsonObject, values: JsonObject): JsonObject {
  const status = isJsonObject(span['status']) ? span['status'] : {}
  const isError = [2, '2', 'STATUS_CODE_ERROR'].includes(status['code'] as string | number)
  const langfuseLevel = toText(values['langfuse.observation.level'])?.toLowerCase()
  if (!isError && langfuseLevel !== 'error') {
    const level = langfuseLevel === 'default' ? undefined : langfuseLevel
    return compact({ level })
  }
  const { fields } = mapException(readException(span['events']))
  return {
    level: 'error',
    ...fields,
    ...compact({
      error_type: toText(values['error.type']),
      error_message: toText(status['message']) ?? toText(values['langfuse.observation.status_message']),
    }),
  }
}

function readException(events: unknown): JsonObject {
  const found = listOf(events).findLast((event) => event['name'] === 'exception')
  return readAttributes(found?.['attributes'])
}

function readKind(kind: unknown): string | undefined {
  const number = typeof kind === 'string' ? kinds.indexOf(toKindName(kind)) : kind
  // Any number: what is beyond the list is undefined.
  return number === 0 ? undefined : kinds[number as number]
}

function toKindName(kind: string): (typeof kinds)[number] {
  const name = kind.replace('SPAN_KIND_', '').toLowerCase()
  return kinds.find((known) => known === name) ?? kinds[Number(kind)] ?? 'unspecified'
}

function readEvents(events: unknown): JsonObject[] {
  return listOf(events).map((event) =>
    compact({
      name: event['name'],
      at_ms: readInstantMs(event['timeUnixNano']),
      attributes: readAttributes(event['attributes']),
    }),
  )
}

function readLinks(links: unknown): JsonObject[] {
  return listOf(links).map((link) =>
    compact({
      trace_id: readTraceId(link['traceId']),
      span_id: readSpanId(link['spanId']),
      attributes: readAttributes(link['attributes']),
    }),
  )
}

/** Names of the event that marks the first piece of a streamed answer. */
const firstTokenNames: ReadonlySet<unknown> = new Set(['First Token Stream Event', 'ai.stream.firstChunk'])

function readFirstToken(span: JsonObject): number | undefined {
  const first = listOf(span['events']).find(({ name }) => firstTokenNames.has(name))
  return readElapsedMs(span['startTimeUnixNano'], first?.['timeUnixNano'])
}

function listOf(list: unknown): JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : []
}
