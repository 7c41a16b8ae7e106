import type { Database } from '@weir/database'
import { bootstrapKeys, ensureAdminKey, listKeys, type BootstrapKeys } from '@weir/http'

/** What a person is to know about the keys: the new one, that the environment has one, or which there are. */
export type KeyNews =
  | { kind: 'created'; text: string }
  | { kind: 'environment'; variable: 'API_KEY' | 'ADMIN_API_KEY' }
  | { kind: 'existing'; prefixes: readonly string[] }

const shownKeys = 5

/** Makes the keys of the environment valid, and a first one where there is none. */
export async function prepareFirstKey(db: Database, fromEnvironment: BootstrapKeys): Promise<KeyNews> {
  await bootstrapKeys(db, fromEnvironment)
  const created = await ensureAdminKey(db)
  if (created !== undefined) return { kind: 'created', text: created }
  if (fromEnvironment.API_KEY !== undefined) return { kind: 'environment', variable: 'API_KEY' }
  if (fromEnvironment.ADMIN_API_KEY !== undefined) return { kind: 'environment', variable: 'ADMIN_API_KEY' }
  const now = new Date()
  const valid = (await listKeys(db)).filter(
    ({ revokedAt, expiresAt }) => revokedAt === undefined && (expiresAt === undefined || expiresAt > now),
  )
  const prefixes = valid
    .slice(0, shownKeys)
    .map(({ id, environment, name }) => `wk_${environment}_${id}_… (${name})`)
  return { kind: 'existing', prefixes }
}
