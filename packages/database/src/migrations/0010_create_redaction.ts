import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // A project without a row has the default rules.
  await sql`
    create table redaction_rules (
      project_id  int primary key references projects (id),
      rules       jsonb not null,
      updated_at  timestamptz not null default now()
    )`.execute(db)
  // The key of the keyed hashes: made once, the same for every producer. 244 of its bits are random.
  await sql`
    create table redaction_key (
      only_row  boolean primary key default true check (only_row),
      key       text not null
    )`.execute(db)
  await sql`
    insert into redaction_key (key)
    select encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex')`.execute(
    db,
  )
  await sql`
    create function notify_redaction_changed() returns trigger language plpgsql as $$
    begin
      perform pg_notify('weir_redaction', '');
      return null;
    end $$`.execute(db)
  await sql`
    create trigger redaction_rules_changed after insert or delete or update on redaction_rules
      for each statement execute function notify_redaction_changed()`.execute(db)
  await sql`revoke all on redaction_key from public`.execute(db)
}
