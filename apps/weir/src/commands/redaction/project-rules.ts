import { findRedactionRules, type Database } from '@weir/database'
import { redactionRules, type RedactionRules } from '@weir/redaction'
import { StartError } from '../../start-error.ts'

/** The id of the project of this name. Throws a `StartError` when there is none. */
export async function findProjectId(db: Database, name: string): Promise<number> {
  const row = await db
    .selectFrom('projects')
    .select('projects.id')
    .where('projects.name', '=', name)
    .executeTakeFirst()
  if (row === undefined) throw new StartError(`There is no project called ${name}.`)
  return row.id
}

/** The rules of a project: its own, or the default ones. Throws a `StartError` for rules of another version. */
export async function readRules(db: Database, projectId: number): Promise<RedactionRules> {
  const parsed = redactionRules.safeParse((await findRedactionRules(db, projectId)) ?? {})
  if (!parsed.success) throw new StartError('The rules of the project are of another version of Weir.')
  return parsed.data
}
