import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema if not exists app`.execute(db)
  await sql`
    create view app.security_events as
      select e.*, e.retention_class, e.cost_source from log_events e
      where e.category in ('security', 'authentication', 'authorization')`.execute(db)
  await sql`
    create view app.rate_limit_violations as
      select e.*, e.retention_class, e.cost_source from log_events e where e.event_type = 'rate_limit_violation'`.execute(
    db,
  )
}
