import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema if not exists app`.execute(db)
  await sql`
    create view app.security_events as
      select * from log_events where category in ('security', 'authentication', 'authorization')`.execute(db)
  await sql`
    create view app.rate_limit_violations as
      select * from log_events where event_type = 'rate_limit_violation'`.execute(db)
}
