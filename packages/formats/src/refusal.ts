/** Why an event, or a whole body, is not taken. `code` is a kind of problem; `pointer` is a JSON Pointer in a fragment. */
export interface Refusal {
  code:
    | 'invalid-json'
    | 'invalid-encoding'
    | 'validation-failed'
    | 'unstorable-text'
    | 'unsafe-number'
    | 'too-deep'
    | 'reserved-key'
    | 'invalid-timestamp'
    | 'timestamp-out-of-window'
    | 'payload-too-large'
  detail: string
  pointer: string
}

/** Distinguishes a refusal from what would have been there instead. */
export function isRefusal(value: object): value is Refusal {
  return 'code' in value && 'pointer' in value
}

/** Escapes a key for a JSON Pointer in a URI fragment. Source: RFC 6901. */
export function pointerSegment(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1').toWellFormed())
}
