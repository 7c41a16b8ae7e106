import { BlockList } from 'node:net'
import { z } from 'zod'
import { scopes, toAddressList, type ApiKey } from './api-key.ts'

/** A key as the snapshot on disk and the table have it. Instants are milliseconds since 1970; `hash` is base64. */
export const storedKey = z.object({
  id: z.string(),
  projectId: z.int(),
  name: z.string(),
  environment: z.string(),
  scopes: z.array(z.enum(scopes)),
  hash: z.string(),
  allowedIps: z.array(z.string()).nullable(),
  requestsPerMinute: z.int().nullable(),
  expiresAtMs: z.number().nullable(),
  revokedAtMs: z.number().nullable(),
})
export type StoredKey = z.output<typeof storedKey>

/** Every key, in the order of the id. The columns are named as in `StoredKey`. */
export const selectStoredKeys = `
  select
    id, project_id as "projectId", name, environment, scopes,
    encode(secret_hash, 'base64') as hash,
    allowed_ips as "allowedIps",
    requests_per_minute as "requestsPerMinute",
    (extract(epoch from expires_at) * 1000)::float8 as "expiresAtMs",
    (extract(epoch from revoked_at) * 1000)::float8 as "revokedAtMs"
  from api_keys
  order by id`

/** A key as a request meets it. */
export function toApiKey(key: StoredKey): ApiKey {
  return {
    id: key.id,
    projectId: key.projectId,
    name: key.name,
    environment: key.environment,
    scopes: key.scopes,
    requestsPerMinute: key.requestsPerMinute ?? undefined,
    expiresAt: toDate(key.expiresAtMs),
    revokedAt: toDate(key.revokedAtMs),
    allowedAddresses: key.allowedIps === null ? undefined : toClosedList(key.allowedIps),
  }
}

function toDate(instantMs: number | null): Date | undefined {
  return instantMs === null ? undefined : new Date(instantMs)
}

/** A list that someone wrote into the table with a mistake in it allows nothing, and stops no other key. */
function toClosedList(addresses: readonly string[]): BlockList {
  try {
    return toAddressList(addresses)
  } catch {
    return new BlockList()
  }
}
