import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table log_events add column cache_saved_usd numeric`.execute(db)
  await addMeasures(db)
  await createOverrides(db)
}

async function addMeasures(db: Kysely<unknown>): Promise<void> {
  for (const table of ['rollup_deltas', 'rollup_cells']) {
    await sql`
      alter table ${sql.table(table)}
        add column cache_hits       bigint,
        add column impossible_ttft  bigint,
        add column unpriced         bigint,
        add column unpriced_tokens  bigint,
        add column cache_saved_usd  numeric,
        add column speed_histogram  bytea`.execute(db)
  }
}

async function createOverrides(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table price_overrides (
      id          bigint generated always as identity primary key,
      created_at  timestamptz not null default now(),
      fields      jsonb not null
    )`.execute(db)
  await sql`
    comment on column price_overrides.fields is
      'model, provider, service_tier, above_input_tokens, from, until; and prices in USD as decimals.'`.execute(
    db,
  )
}
