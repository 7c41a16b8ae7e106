import { inTransaction } from '../in-transaction.ts'
import type { Database } from '../open-database.ts'
import { recordAdminAction, type AdminActor } from '../record-admin-action.ts'

/** What the database has of redaction. */
export interface StoredRedaction {
  /** Of the keyed hashes. */
  hashKey: string
  /** Of the projects that have rules of their own. What reads them knows their form. */
  projects: { projectId: number; rules: unknown }[]
}

/** Everything that a producer has to know. */
export async function readRedaction(db: Database): Promise<StoredRedaction> {
  const { key } = await db.selectFrom('redaction_key').select('redaction_key.key').executeTakeFirstOrThrow()
  const rows = await db
    .selectFrom('redaction_rules')
    .select(['redaction_rules.project_id', 'redaction_rules.rules'])
    .orderBy('redaction_rules.project_id')
    .execute()
  return { hashKey: key, projects: rows.map(({ project_id: projectId, rules }) => ({ projectId, rules })) }
}

/** The rules of a project; undefined when it has none of its own. */
export async function findRedactionRules(db: Database, projectId: number): Promise<unknown> {
  const row = await db
    .selectFrom('redaction_rules')
    .select('redaction_rules.rules')
    .where('redaction_rules.project_id', '=', projectId)
    .executeTakeFirst()
  return row?.rules
}

/** Gives a project rules of its own, in place of those it had, and writes that into the audit log. */
export async function setRedactionRules(
  db: Database,
  projectId: number,
  rules: Readonly<Record<string, unknown>>,
  by: AdminActor,
): Promise<void> {
  const text = JSON.stringify(rules)
  await inTransaction(db, async (transaction) => {
    await transaction
      .insertInto('redaction_rules')
      .values({ project_id: projectId, rules: text })
      .onConflict((conflict) =>
        conflict.column('project_id').doUpdateSet({ rules: text, updated_at: new Date() }),
      )
      .execute()
    const action = { action: 'redaction.set', target: String(projectId), projectId, details: rules }
    await recordAdminAction(transaction, by, action)
  })
}
