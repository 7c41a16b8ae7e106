import type { EventFields, Identifier } from '../core/event-fields.ts'

/** A path and all below it, or a pattern. */
export type PathPattern = string | RegExp

/** How requests are logged. `Request` is what the framework's handlers get. */
export interface RequestLogOptions<Request> {
  /** Not logged, such as `/health`. */
  excludePaths?: readonly PathPattern[] | undefined
  /** Marked as `sensitive`; their query is never logged. Default: those that look like sign-in, keys, payment, … */
  sensitivePaths?: readonly PathPattern[] | undefined
  /** Whether the query is logged. Default: false. */
  query?: boolean | undefined
  /** Default: what the usual authentication middleware leaves on the request. */
  getUserId?: ((request: Request) => Identifier) | undefined
  /** Default: the session's id, else the header `X-Session-Id`. */
  getSessionId?: ((request: Request) => Identifier) | undefined
  /** More fields. */
  fields?: ((request: Request) => EventFields) | undefined
}

const usuallySensitive: readonly PathPattern[] = [
  /(?:^|[/_-])(?:log-?in|log-?out|sign-?in|sign-?up|register|password|passwd|reset|token|oauth2?|auth|mfa|otp)(?:$|[/_.-])/i,
  /(?:^|[/_-])(?:admin|api-?keys?|secrets?|credentials?|payments?|billing|checkout|users?\/me)(?:$|[/_.-])/i,
]

/** Whether a path is one of the patterns, or below one. */
export function matches(path: string, patterns: readonly PathPattern[] | undefined): boolean {
  return (
    patterns?.some((pattern) => {
      if (typeof pattern !== 'string') return pattern.test(path)
      const base = pattern.endsWith('/') ? pattern.slice(0, -1) : pattern
      return path === pattern || path === base || path.startsWith(`${base}/`)
    }) ?? false
  )
}

export function isSensitive(path: string, patterns: readonly PathPattern[] | undefined): boolean {
  return matches(path, patterns ?? usuallySensitive)
}
