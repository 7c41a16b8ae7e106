import type { Weir } from '../create-weir.ts'
import type { EventFields, Identifier } from '../core/event-fields.ts'
import { errorFields } from '../events/describe-error.ts'
import { isSensitive, type RequestLogOptions } from './request-log-options.ts'
import type { RequestState } from './request-state.ts'

/** A request and its answer, whatever the framework. */
export interface Exchange {
  method: string
  /** With the query. */
  url: string
  header: (name: string) => string | undefined
  startedAtMs: number
  durationMs: number
  statusCode: number
  /** Whether the connection was cut before the answer was sent. */
  isCut: boolean
  bytesIn: number | undefined
  bytesOut: number | undefined
  clientIp: string | undefined
  route: string | undefined
  userId: Identifier
  sessionId: Identifier
  requestId: Identifier
  state: RequestState | undefined
}

/** The status that proxies log for a client that went away before it was answered. */
const clientClosedRequest = 499

/** Logs the exchange, and what was attached to it. Never throws. */
export function logExchange<Request>(
  weir: Weir,
  request: Request,
  exchange: Exchange,
  options: RequestLogOptions<Request>,
): void {
  const event = toEvent(weir, request, exchange, options)
  const { state } = exchange
  if (state !== undefined) {
    for (const attached of state.securityEvents) weir.logSecurityEvent({ ...aboutWhom(event), ...attached })
    Object.assign(event, stateFields(state))
  }
  const { fields } = options
  if (fields !== undefined)
    Object.assign(
      event,
      safely(() => fields(request)),
    )
  weir.logApiCall(event)
}

/** One object, made at once: it is made for every request of the host. */
function toEvent<Request>(
  weir: Weir,
  request: Request,
  exchange: Exchange,
  { getUserId, getSessionId, query, sensitivePaths }: RequestLogOptions<Request>,
): EventFields {
  const { method, url, header, isCut } = exchange
  const path = pathOf(url)
  const sensitive = isSensitive(path, sensitivePaths)
  const trace = readTrace(header('traceparent'))
  const sessionId = getSessionId === undefined ? exchange.sessionId : safely(() => getSessionId(request))
  return {
    method,
    path,
    route: exchange.route,
    host: header('host'),
    clientIp: withoutMapping(exchange.clientIp),
    requestId: exchange.requestId ?? header('x-request-id') ?? weir.newId(),
    traceId: trace?.[1],
    spanId: trace?.[2],
    userId: getUserId === undefined ? exchange.userId : safely(() => getUserId(request)),
    sessionId: sessionId ?? header('x-session-id'),
    timestamp: exchange.startedAtMs,
    statusCode: exchange.statusCode,
    durationMs: Math.round(exchange.durationMs * 1_000) / 1_000,
    bytesIn: exchange.bytesIn,
    bytesOut: exchange.bytesOut,
    userAgent: header('user-agent'),
    aborted: isCut || undefined,
    sensitive: sensitive || undefined,
    // The page that one came from may have a query as well.
    referrer: sensitive ? undefined : pathOf(header('referer')),
    queryParams: query === true && !sensitive ? queryOf(url, path) : undefined,
  }
}

/** What a request's security events have of it. */
function aboutWhom(event: EventFields): EventFields {
  const { method, path, route, host, clientIp, requestId, traceId, spanId, userId, sessionId } = event
  return { method, path, route, host, clientIp, requestId, traceId, spanId, userId, sessionId }
}

function stateFields({ securityEvents, error }: RequestState): EventFields {
  const types = securityEvents.flatMap(({ securityType }) => securityType ?? [])
  return {
    ...(types.length > 0 && { securityEvents: types }),
    ...(error !== undefined && errorFields(error)),
  }
}

/** A URL without its query. */
export function pathOf<Url extends string | undefined>(url: Url): Url | string {
  const end = url?.indexOf('?') ?? -1
  return url === undefined || end === -1 ? url : url.slice(0, end)
}

function queryOf(url: string, path: string): Readonly<Record<string, string>> | undefined {
  const query = url.slice(path.length + 1)
  return query === '' ? undefined : Object.fromEntries(new URLSearchParams(query))
}

function readTrace(traceparent: string | undefined): RegExpExecArray | undefined {
  if (traceparent === undefined) return undefined
  return /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(traceparent) ?? undefined
}

const mapping = '::ffff:'

/** An IPv4 address as it was before IPv6 took it in. */
function withoutMapping(address: string | undefined): string | undefined {
  return address?.startsWith(mapping) === true ? address.slice(mapping.length) : address
}

/** The status to log. */
export function statusOf(statusCode: number, isCut: boolean, hasHeaders: boolean): number {
  return isCut && !hasHeaders ? clientClosedRequest : statusCode
}

/** What the host's own function says; nothing if it throws. */
export function safely<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
