import { z } from 'zod'
import { scopes, toAddressList } from '../api-key.ts'
import type { CreatedKey, KeyRecord } from '../manage-keys.ts'

/** The text of one address or subnet. */
const address = z.string().refine(isAddress, 'must be an IP address or a subnet such as 203.0.113.0/24')

const future = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((instant) => instant.getTime() > Date.now(), 'must be in the future')

/** The body of `POST /admin/keys`. */
export const newKeyBody = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .regex(/^\P{Cc}*$/u, 'must not have control characters'),
    environment: z
      .string()
      .regex(/^[a-z0-9]{1,16}$/, 'must be 1 to 16 lower-case letters and digits')
      .default('live'),
    scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
    allowed_ips: z.array(address).min(1).max(100).optional(),
    requests_per_minute: z.int().min(1).max(100_000_000).optional(),
    expires_at: future.optional(),
  })
  .meta({ id: 'NewKey' })

/** The body of `POST /admin/keys/{id}/rotate`, which may be left out. */
export const rotateKeyBody = z
  .strictObject({
    overlap_seconds: z
      .int()
      .min(0)
      .max(30 * 86_400)
      .default(86_400)
      .meta({ description: 'How long the old key stays valid.' }),
    expires_at: future.optional(),
  })
  .meta({ id: 'RotateKey' })

const instant = z.iso.datetime()

/** A key as it is answered. */
export const keyAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    environment: z.string(),
    scopes: z.array(z.enum(scopes)),
    allowed_ips: z.array(z.string()).optional(),
    requests_per_minute: z.int().optional(),
    created_at: instant,
    expires_at: instant.optional(),
    revoked_at: instant.optional(),
    rotated_from: z.string().optional(),
    last_used_at: instant.optional(),
  })
  .meta({ id: 'Key' })

/** A key and, this once, its text. */
export const createdKeyAnswer = keyAnswer
  .extend({ key: z.string().meta({ description: 'The key itself. It is shown once and stored nowhere.' }) })
  .meta({ id: 'CreatedKey' })

/** A page of keys; `next_after` is there when there may be more. */
export const keyListAnswer = z
  .object({ data: z.array(keyAnswer), next_after: z.string().optional() })
  .meta({ id: 'KeyList' })

export function toKeyAnswer(key: KeyRecord): z.output<typeof keyAnswer> {
  return {
    id: key.id,
    name: key.name,
    environment: key.environment,
    scopes: key.scopes,
    allowed_ips: key.allowedIps,
    requests_per_minute: key.requestsPerMinute,
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt?.toISOString(),
    revoked_at: key.revokedAt?.toISOString(),
    rotated_from: key.rotatedFrom,
    last_used_at: key.lastUsedAt?.toISOString(),
  }
}

export function toCreatedKeyAnswer({ key, text }: CreatedKey): z.output<typeof createdKeyAnswer> {
  return { key: text, ...toKeyAnswer(key) }
}

function isAddress(text: string): boolean {
  try {
    toAddressList([text])
    return true
  } catch {
    return false
  }
}
