/** Text or a whole number; stored as text. */
export type Identifier = string | number | null | undefined

/**
 * What an event says. Weir counts the fields named here; any other is kept as it is. The names of the wire
 * (`user_id`) work as well as these. Durations are milliseconds, sizes bytes, costs US dollars.
 */
export interface EventFields {
  sessionId?: Identifier
  userId?: Identifier
  /** The id, name or hash of the key that the caller used at your gateway. Never the key. */
  apiKeyId?: Identifier
  /** Your own id of the event. Without it the client makes one, so that what it sends twice is counted once. */
  eventId?: Identifier
  /** When it happened; otherwise the time of the call. Milliseconds since the epoch, RFC 3339, or a Date. */
  timestamp?: number | string | Date | undefined
  /** trace, debug, info, warning, error or critical; the names that other loggers use are understood. */
  level?: string | undefined
  /** The program that sends, in place of the client's `source`. */
  source?: string | undefined
  service?: string | undefined
  component?: string | undefined
  category?: string | undefined
  action?: string | undefined
  message?: string | undefined
  method?: string | undefined
  host?: string | undefined
  path?: string | undefined
  /** The pattern that the path matched: `/users/:id`. */
  route?: string | undefined
  statusCode?: number | undefined
  durationMs?: number | undefined
  upstreamMs?: number | undefined
  clientIp?: string | undefined
  userAgent?: string | undefined
  country?: string | undefined
  requestId?: Identifier
  traceId?: string | undefined
  spanId?: string | undefined
  bytesIn?: number | undefined
  bytesOut?: number | undefined
  errorType?: string | undefined
  errorMessage?: string | undefined
  /** 0 to 100. */
  riskScore?: number | undefined
  /** More fields; those above are counted here too. */
  payload?: Readonly<Record<string, unknown>> | undefined
  [name: string]: unknown
}

/** An event: its fields and its type, such as `order_placed`. */
export interface WeirEvent extends EventFields {
  eventType?: string | undefined
}

/** A call of a model. Input and output tokens are totals; the others are parts of them. */
export interface LlmFields extends EventFields {
  provider?: string | undefined
  model?: string | undefined
  /** The model that was asked for, where the one that answered has another name. */
  requestModel?: string | undefined
  operation?: string | undefined
  inputTokens?: number | undefined
  outputTokens?: number | undefined
  cachedTokens?: number | undefined
  cacheWriteTokens?: number | undefined
  reasoningTokens?: number | undefined
  tokensUsed?: number | undefined
  /** US dollars, as a number or as an exact decimal. Without it Weir estimates. */
  cost?: number | string | undefined
  /** From the call to the first part of the answer. */
  ttftMs?: number | undefined
  cacheHit?: boolean | undefined
  finishReason?: string | undefined
}
