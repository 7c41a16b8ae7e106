import { Problem } from '@weir/http'

/** Reads an `Idempotency-Key`, under which sending the same body again changes nothing. Throws a 400 problem. */
export function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  // Without a backslash, which the rows of a batch would have to escape.
  if (typeof header === 'string' && /^[\x21-\x5b\x5d-\x7e]{1,128}$/.test(header)) return header
  throw new Problem(
    'validation-failed',
    'Idempotency-Key is 1 to 128 printable ASCII characters, without spaces and backslashes.',
  )
}
