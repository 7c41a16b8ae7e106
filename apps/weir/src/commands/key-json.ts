import type { KeyRecord } from '@weir/http'

/** A key as `--json` prints it. */
export function toKeyJson(key: KeyRecord, project: string): Record<string, unknown> {
  return {
    id: key.id,
    name: key.name,
    project,
    environment: key.environment,
    scopes: key.scopes,
    allowed_ips: key.allowedIps ?? null,
    requests_per_minute: key.requestsPerMinute ?? null,
    created_at: key.createdAt,
    expires_at: key.expiresAt ?? null,
    revoked_at: key.revokedAt ?? null,
    rotated_from: key.rotatedFrom ?? null,
    last_used_at: key.lastUsedAt ?? null,
  }
}
