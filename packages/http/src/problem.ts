/** Everything that can go wrong on purpose. A new failure is a new row. Statuses: RFC 9110; shape: RFC 9457. */
export const problemKinds = {
  'bad-request': { status: 400, title: 'The request is not HTTP that we understand' },
  'invalid-json': { status: 400, title: 'The body is not JSON' },
  'invalid-encoding': { status: 400, title: 'The text is not UTF-8' },
  'validation-failed': { status: 400, title: 'The body does not have the right form' },
  'unstorable-text': { status: 400, title: 'A text cannot be stored' },
  'unsafe-number': { status: 400, title: 'A number cannot be kept exactly' },
  'too-deep': { status: 400, title: 'The body is nested too deeply' },
  'reserved-key': { status: 400, title: 'A field has a reserved name' },
  'invalid-timestamp': { status: 400, title: 'A timestamp is not valid' },
  'timestamp-out-of-window': { status: 400, title: 'A timestamp is too far from now' },
  'invalid-parameter': { status: 400, title: 'A parameter is not valid' },
  'unknown-parameter': { status: 400, title: 'A parameter is not known' },
  'duplicate-parameter': { status: 400, title: 'A parameter is given twice' },
  'invalid-cursor': { status: 400, title: 'The cursor is not valid' },
  'range-too-wide': { status: 400, title: 'The range is too wide' },
  'corrupt-content-encoding': { status: 400, title: 'The body cannot be decompressed' },
  unauthorized: { status: 401, title: 'A valid API key is required' },
  'key-revoked': { status: 401, title: 'The API key was revoked' },
  'key-expired': { status: 401, title: 'The API key has expired' },
  'forbidden-scope': { status: 403, title: 'The API key may not do this' },
  'forbidden-address': { status: 403, title: 'The API key may not be used from this address' },
  'not-found': { status: 404, title: 'Nothing is here' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  conflict: { status: 409, title: 'The request does not fit the present state' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'uri-too-long': { status: 414, title: 'The address is too long' },
  'unsupported-media-type': { status: 415, title: 'The body is not in a form we read' },
  'unsupported-content-encoding': { status: 415, title: 'The body is compressed in a way we do not read' },
  'expectation-failed': { status: 417, title: 'The expectation cannot be met' },
  'quota-exceeded': { status: 429, title: 'Too many requests' },
  'abnormal-usage-detected': { status: 429, title: 'Too many failed attempts' },
  'header-too-large': { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Something failed on our side' },
  'temporary-reduced-capacity': { status: 503, title: 'Temporarily unable to take this' },
  'query-timeout': { status: 503, title: 'The answer took too long' },
} as const

export type ProblemKind = keyof typeof problemKinds

/**
 * One thing that is wrong: in the body, at `pointer` (a JSON Pointer fragment such as `#/1/timestamp`), or in
 * the query, at `parameter`.
 */
export interface FieldError {
  pointer?: string | undefined
  parameter?: string | undefined
  detail: string
  code?: string | undefined
}

/** What a problem may have beside its kind and its detail. */
export interface ProblemOptions {
  errors?: readonly FieldError[] | undefined
  /** How many things are wrong, when `errors` lists only the first of them. */
  errorCount?: number | undefined
  /** Response headers, such as `Retry-After` in seconds. */
  headers?: Readonly<Record<string, string>> | undefined
  cause?: unknown
}

/** The headers that a kind has whatever happened, unless the problem brings its own. */
const fixedHeaders: Partial<Record<ProblemKind, Readonly<Record<string, string>>>> = {
  unauthorized: { 'WWW-Authenticate': 'Bearer realm="weir"' },
  'key-revoked': { 'WWW-Authenticate': 'Bearer realm="weir", error="invalid_token"' },
  'key-expired': { 'WWW-Authenticate': 'Bearer realm="weir", error="invalid_token"' },
  'unsupported-content-encoding': { 'Accept-Encoding': 'gzip, deflate, br, zstd' },
  'quota-exceeded': { 'Retry-After': '1' },
  'abnormal-usage-detected': { 'Retry-After': '60' },
  'temporary-reduced-capacity': { 'Retry-After': '1' },
  'query-timeout': { 'Retry-After': '5' },
}

/** A failure that the caller is meant to see, its detail included. Any other error is answered as `internal`. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly kind: ProblemKind
  readonly status: number
  readonly errors: readonly FieldError[] | undefined
  readonly errorCount: number | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(kind: ProblemKind, detail: string, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.kind = kind
    this.status = problemKinds[kind].status
    this.errors = options.errors
    this.errorCount = options.errorCount
    this.headers = { ...fixedHeaders[kind], ...options.headers }
  }
}

/** The media type of every error's body (RFC 9457). */
export const problemContentType = 'application/problem+json; charset=utf-8'

/** The body of a problem's answer. `type` is a path that documents the kind; `title` never varies within it. */
export interface ProblemBody {
  type: string
  title: string
  status: number
  detail: string
  request_id?: string | undefined
  errors?: readonly FieldError[] | undefined
  /** Only where `errors` does not list everything. */
  rejected_count?: number
  truncated?: true
}

/** The body that answers a problem. */
export function toProblemBody(problem: Problem, requestId: string | undefined): ProblemBody {
  const { status, title } = problemKinds[problem.kind]
  return {
    type: `/problems/${problem.kind}`,
    title,
    status,
    detail: problem.message,
    request_id: requestId,
    errors: problem.errors,
    ...(problem.errorCount !== undefined && { rejected_count: problem.errorCount, truncated: true as const }),
  }
}
