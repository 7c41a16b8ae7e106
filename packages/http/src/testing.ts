import { hashKeyText } from './keys/key-text.ts'
import { scopes, type ApiKey, type KeyVerifier } from './keys/api-key.ts'

export { TestClient, type Answer, type Sending } from './testing-client.ts'

/** A key of project 1 with every scope, with the given fields. */
export function anApiKey(fields: Partial<ApiKey> = {}): ApiKey {
  return {
    id: 'key-1',
    projectId: 1,
    name: 'test',
    environment: 'test',
    scopes,
    requestsPerMinute: undefined,
    expiresAt: undefined,
    revokedAt: undefined,
    allowedAddresses: undefined,
    ...fields,
  }
}

/** Knows the keys given, by their clear text, and no other. */
export function fixedKeys(keys: Readonly<Record<string, Partial<ApiKey>>>): KeyVerifier {
  const known = new Map(
    Object.entries(keys).map(([text, fields]) => [hashKeyText(text).toString('hex'), anApiKey(fields)]),
  )
  return { verify: (presented) => known.get(hashKeyText(presented).toString('hex')) ?? 'unknown' }
}
