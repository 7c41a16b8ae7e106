import { sql, type Selectable } from 'kysely'
import {
  inTransaction,
  recordAdminAction,
  type AdminActor,
  type ApiKeyTable,
  type Database,
} from '@weir/database'
import { isScope, toAddressList, type Scope } from './api-key.ts'
import { createKeyText, hashKeyText } from './key-text.ts'

/** A key as it is listed: everything but what it is checked against. */
export interface KeyRecord {
  id: string
  projectId: number
  name: string
  environment: string
  scopes: Scope[]
  allowedIps: string[] | undefined
  requestsPerMinute: number | undefined
  createdAt: Date
  expiresAt: Date | undefined
  revokedAt: Date | undefined
  /** The key that this one takes the place of. */
  rotatedFrom: string | undefined
  /** To the minute. */
  lastUsedAt: Date | undefined
}

/** What a new key is to be. */
export interface NewKey {
  projectId: number
  name: string
  /** Lower-case letters and digits, at most 16; `live` when left out. It shows in the key. */
  environment?: string | undefined
  scopes: readonly Scope[]
  allowedIps?: readonly string[] | undefined
  requestsPerMinute?: number | undefined
  expiresAt?: Date | undefined
}

/** A key and its clear text, which is stored nowhere: who asked for it is shown it once. */
export interface CreatedKey {
  text: string
  key: KeyRecord
}

/** How long a key goes on being valid beside the one that takes its place. */
export const defaultOverlapMs = 24 * 60 * 60 * 1000

const listedColumns = [
  'id',
  'project_id',
  'name',
  'environment',
  'scopes',
  'allowed_ips',
  'requests_per_minute',
  'created_at',
  'expires_at',
  'revoked_at',
  'rotated_from',
  'last_used_at',
] as const

/** Who acts when nobody says so: a test, or a program that uses this one. */
const program: AdminActor = { actor: 'program' }

/** Stores a new key. Throws a `RangeError` for an address that is none. */
export async function createKey(db: Database, key: NewKey, by = program): Promise<CreatedKey> {
  return inTransaction(db, async (transaction) => {
    const created = await insertKey(transaction, key, undefined)
    const { id: target, name, scopes, allowedIps, expiresAt } = created.key
    const details = { name, scopes, allowed_ips: allowedIps, expires_at: expiresAt }
    const { projectId } = key
    await recordAdminAction(transaction, by, { action: 'key.create', target, projectId, details })
    return created
  })
}

/** The keys of a project, or of all, by name: at most `limit`, those after the key `after`. */
export async function listKeys(
  db: Database,
  options: { projectId?: number | undefined; limit?: number; after?: string | undefined } = {},
): Promise<KeyRecord[]> {
  const { projectId, limit = 100, after } = options
  let query = db.selectFrom('api_keys').select(listedColumns).orderBy('api_keys.id').limit(limit)
  if (projectId !== undefined) query = query.where('api_keys.project_id', '=', projectId)
  if (after !== undefined) query = query.where('api_keys.id', '>', after)
  return (await query.execute()).map(toKeyRecord)
}

/**
 * Gives a key a successor of the same rights, and lets the old one expire after `overlapMs`. Undefined when
 * there is no such key that is valid now; one that expires sooner keeps its own time. The successor expires at
 * `expiresAt` or never.
 */
export async function rotateKey(
  db: Database,
  id: string,
  options: {
    projectId?: number | undefined
    overlapMs?: number | undefined
    expiresAt?: Date | undefined
  } = {},
  by = program,
): Promise<CreatedKey | undefined> {
  const { projectId, overlapMs = defaultOverlapMs, expiresAt } = options
  return inTransaction(db, async (transaction) => {
    let retire = transaction
      .updateTable('api_keys')
      .set({
        expires_at: sql<Date>`least(expires_at, now() + make_interval(secs => ${overlapMs / 1000}::float8))`,
      })
      .where('api_keys.id', '=', id)
      .where('api_keys.revoked_at', 'is', null)
      .where(sql<boolean>`(expires_at is null or expires_at > now())`)
      .returning(listedColumns)
    if (projectId !== undefined) retire = retire.where('api_keys.project_id', '=', projectId)
    const old = await retire.executeTakeFirst()
    if (old === undefined) return undefined
    const created = await insertKey(transaction, { ...toKeyRecord(old), expiresAt }, id)
    await recordAdminAction(transaction, by, {
      action: 'key.rotate',
      target: id,
      projectId: old.project_id,
      details: { successor: created.key.id, old_expires_at: old.expires_at },
    })
    return created
  })
}

/** Ends a key at once. False when there is no such key, or it had been revoked before. */
export async function revokeKey(
  db: Database,
  id: string,
  options: { projectId?: number | undefined } = {},
  by = program,
): Promise<boolean> {
  return inTransaction(db, async (transaction) => {
    let query = transaction
      .updateTable('api_keys')
      .set({ revoked_at: sql<Date>`now()` })
      .where('api_keys.id', '=', id)
      .where('api_keys.revoked_at', 'is', null)
      .returning(['api_keys.project_id', 'api_keys.name'])
    if (options.projectId !== undefined) query = query.where('api_keys.project_id', '=', options.projectId)
    const revoked = await query.executeTakeFirst()
    if (revoked === undefined) return false
    const { project_id: projectId, name } = revoked
    await recordAdminAction(transaction, by, {
      action: 'key.revoke',
      target: id,
      projectId,
      details: { name },
    })
    return true
  })
}

/** The id of the project of this name, which is made when it is not there. */
export async function findOrCreateProject(db: Database, name: string): Promise<number> {
  await db
    .insertInto('projects')
    .values({ name })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { id } = await db
    .selectFrom('projects')
    .select('projects.id')
    .where('projects.name', '=', name)
    .executeTakeFirstOrThrow()
  return id
}

async function insertKey(db: Database, key: NewKey, rotatedFrom: string | undefined): Promise<CreatedKey> {
  const environment = key.environment ?? 'live'
  if (key.allowedIps !== undefined) toAddressList(key.allowedIps)
  const { id, text } = createKeyText(environment)
  const row = await db
    .insertInto('api_keys')
    .values({
      id,
      project_id: key.projectId,
      name: key.name,
      environment,
      scopes: [...key.scopes],
      secret_hash: hashKeyText(text),
      allowed_ips: key.allowedIps === undefined ? null : [...key.allowedIps],
      requests_per_minute: key.requestsPerMinute ?? null,
      expires_at: key.expiresAt ?? null,
      rotated_from: rotatedFrom ?? null,
    })
    .returning(listedColumns)
    .executeTakeFirstOrThrow()
  return { text, key: toKeyRecord(row) }
}

function toKeyRecord(row: Pick<Selectable<ApiKeyTable>, (typeof listedColumns)[number]>): KeyRecord {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    environment: row.environment,
    scopes: row.scopes.filter(isScope),
    allowedIps: row.allowed_ips ?? undefined,
    requestsPerMinute: row.requests_per_minute ?? undefined,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    rotatedFrom: row.rotated_from ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  }
}
