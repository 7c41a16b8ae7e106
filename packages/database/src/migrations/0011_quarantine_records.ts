import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // Of a record that no event could be made of: the format it was taken for, what its sender would repeat with a
  // retry, and how it came. An event that cannot be stored has none of these.
  await sql`
    alter table quarantine
      add column format      text,
      add column record_key  text,
      add column context     jsonb`.execute(db)
  await sql`
    create unique index quarantine_record_keys on quarantine (project_id, record_key, sha256(raw))
      where record_key is not null`.execute(db)
}
