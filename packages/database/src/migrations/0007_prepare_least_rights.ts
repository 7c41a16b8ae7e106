import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await createAuditLog(db)
  // Only the owner of an index may summarise it: as a function, it can be allowed to somebody who owns nothing.
  await sql`
    create function summarize_log_events() returns int language sql as $$
      select coalesce(sum(brin_summarize_new_values(inhrelid)), 0)::int
      from pg_inherits where inhparent = 'log_events_identity'::regclass
    $$`.execute(db)
}

async function createAuditLog(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table audit_log (
      id           bigint generated always as identity primary key,
      happened_at  timestamptz not null default now(),
      project_id   int,
      actor        text not null,
      action       text not null,
      target       text not null,
      address      text,
      request_id   text,
      details      jsonb not null
    )`.execute(db)
  await sql`create index audit_log_project_id on audit_log (project_id, id)`.execute(db)
  // Rights do not bind the owner of a table; a trigger does, until somebody drops it, which is no accident.
  await sql`
    create function refuse_audit_log_change() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
    end $$`.execute(db)
  await sql`
    create trigger audit_log_append_only before update or delete or truncate on audit_log
      for each statement execute function refuse_audit_log_change()`.execute(db)
  await sql`revoke all on audit_log from public`.execute(db)
}
