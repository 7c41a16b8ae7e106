import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  const cell = sql`
      bucket_at               timestamptz not null,
      project_id              int not null,
      status_code             smallint,
      event_type              text not null,
      source                  text not null,
      service                 text,
      level                   text not null,
      category                text not null,
      method                  text,
      route                   text,
      llm_provider            text,
      llm_model               text,
      llm_operation           text,
      events                  bigint not null,
      duration_count          bigint not null,
      duration_sum_ms         double precision not null,
      duration_max_ms         double precision,
      input_tokens            bigint not null,
      output_tokens           bigint not null,
      cached_tokens           bigint not null,
      cache_write_tokens      bigint not null,
      reasoning_tokens        bigint not null,
      total_tokens            bigint not null,
      priced                  bigint not null,
      cost_usd                numeric not null,
      bytes_in                bigint not null,
      bytes_out               bigint not null,
      duration_histogram      bytea not null,
      ttft_histogram          bytea not null`
  const uniques = sql`
      bucket_at   timestamptz not null,
      project_id  int not null,
      kind        text not null,
      event_type  text not null,
      service     text,
      registers   bytea not null`
  // Deltas are what transactions append; folding merges them into the cells of each grain. An answer is
  // always cells plus deltas, so it never waits for the fold.
  await sql`create table rollup_deltas (id bigint generated always as identity primary key, ${cell})`.execute(
    db,
  )
  await sql`
    create table rollup_cells (
      id bigint generated always as identity primary key,
      grain_seconds int not null,
      ${cell},
      constraint rollup_cells_cell unique nulls not distinct (
        project_id, grain_seconds, bucket_at, event_type, source, service, level, category, method, route,
        status_code, llm_provider, llm_model, llm_operation
      )
    ) with (fillfactor = 70)`.execute(db)
  await sql`
    create table unique_deltas (id bigint generated always as identity primary key, ${uniques})`.execute(db)
  await sql`
    create table unique_cells (
      id bigint generated always as identity primary key,
      grain_seconds int not null,
      ${uniques},
      constraint unique_cells_cell unique nulls not distinct (
        project_id, grain_seconds, kind, bucket_at, event_type, service
      )
    )`.execute(db)
  await sql`create index rollup_deltas_bucket on rollup_deltas (project_id, bucket_at)`.execute(db)
  await sql`create index unique_deltas_bucket on unique_deltas (project_id, bucket_at)`.execute(db)
}
