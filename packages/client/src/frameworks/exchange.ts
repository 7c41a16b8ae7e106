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
  const common = commonFields(weir, request, exchange, options)
  const { state } = exchange
  for (const event of state?.securityEvents ?? []) weir.logSecurityEvent({ ...common, ...event })
  weir.logApiCall({
    ...common,
    ...answerFields(exchange),
    ...urlFields(exchange, options),
    ...stateFields(state),
    ...safely(() => options.fields?.(request)),
  })
}

function answerFields(exchange: Exchange): EventFields {
  const { startedAtMs, durationMs, statusCode, bytesIn, bytesOut, isCut, header } = exchange
  return {
    timestamp: startedAtMs,
    statusCode,
    durationMs: Math.round(durationMs * 1_000) / 1_000,
    bytesIn,
    bytesOut,
    userAgent: header('user-agent'),
    ...(isCut && { aborted: true }),
  }
}

function urlFields(
  { url, header }: Exchange,
  { query: isQueryLogged, sensitivePaths }: Pick<RequestLogOptions<never>, 'query' | 'sensitivePaths'>,
): EventFields {
  const [path = '', query = ''] = url.split('?', 2)
  if (isSensitive(path, sensitivePaths)) return { sensitive: true }
  const queryParams =
    isQueryLogged === true && query !== '' ? Object.fromEntries(new URLSearchParams(query)) : undefined
  // The page that one came from may have a query as well.
  return { referrer: header('referer')?.split('?', 1)[0], queryParams }
}

function stateFields(state: RequestState | undefined): EventFields {
  if (state === undefined) return {}
  const { securityEvents, error } = state
  const types = securityEvents.flatMap(({ securityType }) => securityType ?? [])
  return {
    ...(types.length > 0 && { securityEvents: types }),
    ...(error !== undefined && errorFields(error)),
  }
}

function commonFields<Request>(
  weir: Weir,
  request: Request,
  exchange: Exchange,
  { getUserId, getSessionId }: RequestLogOptions<Request>,
): EventFields {
  const { method, url, clientIp, header, requestId } = exchange
  const trace = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(header('traceparent') ?? '')
  return {
    method,
    path: url.split('?', 1)[0],
    route: exchange.route,
    host: header('host'),
    clientIp: clientIp?.replace(/^::ffff:/, ''),
    requestId: requestId ?? header('x-request-id') ?? weir.newId(),
    traceId: trace?.[1],
    spanId: trace?.[2],
    userId: getUserId === undefined ? exchange.userId : safely(() => getUserId(request)),
    sessionId:
      (getSessionId === undefined ? exchange.sessionId : safely(() => getSessionId(request))) ??
      header('x-session-id'),
  }
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
