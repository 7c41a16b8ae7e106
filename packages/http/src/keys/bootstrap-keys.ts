import { sql, type Transaction } from 'kysely'
import { recordAdminAction, type Database, type Schema } from '@weir/database'
import { scopes, type Scope } from './api-key.ts'
import { hashKeyText, isMistyped, presentableKeyForm } from './key-text.ts'
import { createKey, findOrCreateProject } from './manage-keys.ts'

/** The project that the keys from the environment belong to. */
export const firstProjectName = 'default'

/** The shortest key that the environment may give. */
export const minBootstrapKeyLength = 8

/** The keys that the environment gives: any text, not only one that Weir made. */
export interface BootstrapKeys {
  API_KEY?: string | undefined
  ADMIN_API_KEY?: string | undefined
}

const bootstrapped: readonly { name: keyof BootstrapKeys; id: string; scopes: readonly Scope[] }[] = [
  { name: 'API_KEY', id: 'env-api-key', scopes: ['ingest', 'read'] },
  { name: 'ADMIN_API_KEY', id: 'env-admin-api-key', scopes },
]

/**
 * Makes the keys of the environment valid, in the project `default`: `API_KEY` with the scopes ingest and
 * read, `ADMIN_API_KEY` with all. Another value takes the place of the one before; one that is left out changes
 * nothing. May be called at every start, by several processes at once. Throws a `RangeError` for a key that is
 * too short or that no header can carry, and when both are the same.
 */
export async function bootstrapKeys(db: Database, keys: BootstrapKeys): Promise<void> {
  for (const { name } of bootstrapped) {
    const text = keys[name]
    if (text === undefined) continue
    if (text.length < minBootstrapKeyLength) {
      throw new RangeError(`${name} is shorter than ${minBootstrapKeyLength} characters.`)
    }
    if (!presentableKeyForm.test(text)) {
      throw new RangeError(`${name} has to be at most 256 printable ASCII characters without spaces.`)
    }
    if (isMistyped(text)) {
      throw new RangeError(
        `${name} begins as a key that Weir made, and is not one: it may be mistyped or cut off.`,
      )
    }
  }
  if (keys.API_KEY !== undefined && keys.API_KEY === keys.ADMIN_API_KEY) {
    throw new RangeError('API_KEY and ADMIN_API_KEY are the same: who may send could then manage keys.')
  }
  await oneAtATime(db, async (transaction) => {
    const projectId = await findOrCreateProject(transaction, firstProjectName)
    for (const { name, id, scopes: granted } of bootstrapped) {
      const text = keys[name]
      if (text !== undefined) await putKey(transaction, { id, projectId, name, granted, text })
    }
  })
}

/**
 * When there is no key at all, makes one with every scope in the project `default` and gives its clear text, to
 * be shown once. Undefined when there is a key. Of several processes at once, one gets it.
 */
export async function ensureAdminKey(db: Database): Promise<string | undefined> {
  return oneAtATime(db, async (transaction) => {
    const existing = await transaction
      .selectFrom('api_keys')
      .select('api_keys.id')
      .limit(1)
      .executeTakeFirst()
    if (existing !== undefined) return undefined
    const projectId = await findOrCreateProject(transaction, firstProjectName)
    const first = { projectId, name: 'first admin key', scopes }
    const { text } = await createKey(transaction, first, { actor: 'first-start' })
    return text
  })
}

async function putKey(
  transaction: Transaction<Schema>,
  key: { id: string; projectId: number; name: string; granted: readonly Scope[]; text: string },
): Promise<void> {
  const secretHash = hashKeyText(key.text)
  const sameKey = await transaction
    .selectFrom('api_keys')
    .select('api_keys.id')
    .where('api_keys.secret_hash', '=', secretHash)
    .executeTakeFirst()
  // Also when it is a key that Weir made and someone put into the environment: it keeps its own rights.
  if (sameKey !== undefined) return
  await transaction
    .insertInto('api_keys')
    .values({
      id: key.id,
      project_id: key.projectId,
      name: key.name,
      environment: 'live',
      scopes: [...key.granted],
      secret_hash: secretHash,
    })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ secret_hash: secretHash, scopes: [...key.granted], revoked_at: null }),
    )
    .execute()
  await recordAdminAction(
    transaction,
    { actor: 'environment' },
    {
      action: 'key.put',
      target: key.id,
      projectId: key.projectId,
      details: { name: key.name, scopes: key.granted },
    },
  )
}

function oneAtATime<T>(db: Database, work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtext('weir_bootstrap_keys'))`.execute(transaction)
    return work(transaction)
  })
}
