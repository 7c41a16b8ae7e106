import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table log_events add column api_key_id text`.execute(db)
  // An index of its own, not one more column of `log_events_identity`: of rows without a key it holds nothing.
  await sql`
    create index log_events_api_key on log_events using brin (api_key_id text_bloom_ops)
      with (pages_per_range = 32) where api_key_id is not null`.execute(db)
  await sql`
    create or replace function summarize_log_events() returns int language sql as $$
      select coalesce(sum(brin_summarize_new_values(inhrelid)), 0)::int
      from pg_inherits where inhparent in ('log_events_identity'::regclass, 'log_events_api_key'::regclass)
    $$`.execute(db)
}
