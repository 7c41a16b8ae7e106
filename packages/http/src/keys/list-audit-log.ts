import type { Selectable } from 'kysely'
import type { AuditLogTable, Database } from '@weir/database'

/** The newest actions of a project, newest first: at most `limit`, those older than the row `before`. */
export async function listAuditLog(
  db: Database,
  { projectId, limit, before }: { projectId: number; limit: number; before?: string | undefined },
): Promise<Selectable<AuditLogTable>[]> {
  let query = db
    .selectFrom('audit_log')
    .select([
      'id',
      'happened_at',
      'project_id',
      'actor',
      'action',
      'target',
      'address',
      'request_id',
      'details',
    ])
    .where('audit_log.project_id', '=', projectId)
    .orderBy('audit_log.id', 'desc')
    .limit(limit)
  if (before !== undefined) query = query.where('audit_log.id', '<', before)
  return query.execute()
}
