import { inTransaction } from '../in-transaction.ts'
import type { Database } from '../open-database.ts'
import { recordAdminAction, type AdminActor } from '../record-admin-action.ts'

/** An operator's own prices of a model, as they are stored. */
export interface StoredPriceOverride {
  id: string
  createdAt: Date
  fields: Record<string, unknown>
}

/** Every override there is, the newest first. */
export async function listPriceOverrides(db: Database): Promise<StoredPriceOverride[]> {
  const rows = await db
    .selectFrom('price_overrides')
    .select(['price_overrides.id', 'price_overrides.created_at', 'price_overrides.fields'])
    .orderBy('price_overrides.id', 'desc')
    .execute()
  return rows.map(({ id, created_at: createdAt, fields }) => ({ id, createdAt, fields }))
}

/** Adds an override and writes that into the audit log. Gives its id. */
export function insertPriceOverride(
  db: Database,
  fields: Readonly<Record<string, unknown>>,
  by: AdminActor,
): Promise<string> {
  return inTransaction(db, async (transaction) => {
    const { id } = await transaction
      .insertInto('price_overrides')
      .values({ fields: JSON.stringify(fields) })
      .returning('price_overrides.id')
      .executeTakeFirstOrThrow()
    await recordAdminAction(transaction, by, { action: 'price.set', target: id, details: fields })
    return id
  })
}

/** Removes an override and writes that, with what it was, into the audit log. Whether there was one. */
export function deletePriceOverride(db: Database, id: string, by: AdminActor): Promise<boolean> {
  return inTransaction(db, async (transaction) => {
    const deleted = await transaction
      .deleteFrom('price_overrides')
      .where('price_overrides.id', '=', id)
      .returning('price_overrides.fields')
      .executeTakeFirst()
    if (deleted === undefined) return false
    await recordAdminAction(transaction, by, { action: 'price.remove', target: id, details: deleted.fields })
    return true
  })
}
