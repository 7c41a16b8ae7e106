import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table projects (
      id          int generated always as identity primary key,
      name        text not null constraint projects_name unique,
      created_at  timestamptz not null default now()
    )`.execute(db)
  await sql`
    create table api_keys (
      id                   text primary key,
      project_id           int not null references projects (id),
      name                 text not null,
      environment          text not null,
      scopes               text[] not null,
      secret_hash          bytea not null constraint api_keys_secret_hash unique,
      allowed_ips          text[],
      requests_per_minute  int,
      created_at           timestamptz not null default now(),
      expires_at           timestamptz,
      revoked_at           timestamptz,
      rotated_from         text references api_keys (id),
      last_used_at         timestamptz
    )`.execute(db)
  await sql`
    create function notify_api_keys_changed() returns trigger language plpgsql as $$
    begin
      perform pg_notify('weir_api_keys', '');
      return null;
    end $$`.execute(db)
  // last_used_at changes all the time and concerns no verification, so it is not among the columns.
  await sql`
    create trigger api_keys_changed
      after insert or delete or update of scopes, secret_hash, allowed_ips, requests_per_minute, expires_at, revoked_at
      on api_keys for each statement execute function notify_api_keys_changed()`.execute(db)
  // Counts of the current window only: losing them with a crash costs nobody a record.
  await sql`
    create unlogged table rate_limits (
      key           text primary key,
      hits          int not null,
      resets_at     timestamptz not null
    )`.execute(db)
}
