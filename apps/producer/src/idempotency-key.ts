import { hash } from 'node:crypto'
import { Problem } from '@weir/http'

/**
 * What an `Idempotency-Key` adds to each event of its request, so that sending the same body again under the
 * same key changes nothing. The body is part of it: a key that is used again for another body would otherwise
 * lose that body. Throws a 400 problem for a key that is none.
 */
export function keyPrefixOf(header: string | string[] | undefined, body: Buffer): string | undefined {
  if (header === undefined) return undefined
  if (typeof header !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(header)) {
    throw new Problem('validation-failed', 'Idempotency-Key is 1 to 128 printable ASCII characters.')
  }
  return `idempotency-key:${header}:${hash('sha256', body, 'base64url')}:`
}
