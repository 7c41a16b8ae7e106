import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await createDimensions(db)
  await createCells(db)
  await createUniques(db)
}

/** Each combination of dimensions once, so that a cell holds a number where it would hold eleven columns. */
async function createDimensions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table rollup_dimensions (
      id             int generated always as identity,
      project_id     int not null,
      status_code    smallint,
      event_type     text not null,
      source         text not null,
      service        text,
      level          text not null,
      category       text not null,
      method         text,
      route          text,
      llm_provider   text,
      llm_model      text,
      llm_operation  text,
      fingerprint    uuid not null,
      last_at        timestamptz,
      constraint rollup_dimensions_pkey primary key (project_id, id),
      constraint rollup_dimensions_fingerprint unique (project_id, fingerprint)
    ) with (fillfactor = 70)`.execute(db)
  // Folding writes it to many rows at once, and an index on it would be written as often.
  await sql`
    comment on column rollup_dimensions.last_at is 'The time of the newest event that is folded into cells.'`.execute(
    db,
  )
}

async function createCells(db: Kysely<unknown>): Promise<void> {
  // What nobody measured is null, which takes no room; columns of fixed width stand first, widest first.
  const measures = sql`
      events              bigint not null,
      duration_count      bigint,
      duration_sum_ms     double precision,
      duration_max_ms     double precision,
      input_tokens        bigint,
      output_tokens       bigint,
      cached_tokens       bigint,
      cache_write_tokens  bigint,
      reasoning_tokens    bigint,
      total_tokens        bigint,
      priced              bigint,
      bytes_in            bigint,
      bytes_out           bigint,
      project_id          int not null,
      dimensions_id       int not null`
  const sketches = sql`
      cost_usd            numeric,
      duration_histogram  bytea,
      ttft_histogram      bytea`
  // Deltas are what transactions append; folding merges them into the cells of each grain. An answer is
  // always cells plus deltas, so it never waits for the fold. They have no key: only the fold takes them, by place.
  await sql`
    create table rollup_deltas (
      bucket_at           timestamptz not null,
      last_at             timestamptz not null,
      ${measures},
      ${sketches}
    )`.execute(db)
  await sql`
    create table rollup_cells (
      bucket_at           timestamptz not null,
      ${measures},
      grain_seconds       int not null,
      ${sketches},
      constraint rollup_cells_pkey primary key (project_id, grain_seconds, bucket_at, dimensions_id)
    ) with (fillfactor = 90)`.execute(db)
  await sql`create index rollup_deltas_bucket on rollup_deltas (project_id, bucket_at)`.execute(db)
}

async function createUniques(db: Kysely<unknown>): Promise<void> {
  const columns = sql`
      bucket_at   timestamptz not null,
      project_id  int not null,
      kind        text not null,
      event_type  text not null,
      service     text,
      registers   bytea not null`
  await sql`
    create table unique_deltas (${columns})`.execute(db)
  await sql`
    create table unique_cells (
      grain_seconds int not null,
      ${columns},
      constraint unique_cells_cell unique nulls not distinct (
        project_id, grain_seconds, kind, bucket_at, event_type, service
      )
    )`.execute(db)
  // Registers are packed: PostgreSQL would try to compress them in vain.
  await sql`alter table unique_cells alter column registers set storage external`.execute(db)
  await sql`create index unique_deltas_bucket on unique_deltas (project_id, bucket_at)`.execute(db)
}
