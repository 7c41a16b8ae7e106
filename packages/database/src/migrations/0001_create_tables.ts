import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await createKeys(db)
  await createEvents(db)
  await createPartitions(db)
  await createRollups(db)
  await createViews(db)
}

async function createKeys(db: Kysely<unknown>): Promise<void> {
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

async function createEvents(db: Kysely<unknown>): Promise<void> {
  // Columns of fixed width first, widest first: no padding between them.
  await sql`
    create table log_events (
      occurred_at         timestamptz not null,
      received_at         timestamptz not null,
      duration_ms         double precision,
      upstream_ms         double precision,
      ttft_ms             double precision,
      bytes_in            bigint,
      bytes_out           bigint,
      id                  uuid not null,
      project_id          int not null,
      input_tokens        int,
      output_tokens       int,
      cached_tokens       int,
      cache_write_tokens  int,
      reasoning_tokens    int,
      total_tokens        int,
      status_code         smallint,
      risk_score          smallint,
      cache_hit           boolean,
      cost_usd            numeric,
      event_type          text not null,
      source              text not null,
      service             text,
      component           text,
      level               text not null,
      category            text not null,
      action              text,
      message             text,
      session_id          text,
      user_id             text,
      client_ip           text,
      host                text,
      method              text,
      path                text,
      route               text,
      request_id          text,
      trace_id            text,
      span_id             text,
      user_agent          text,
      country             text,
      error_type          text,
      error_message       text,
      llm_provider        text,
      llm_model           text,
      llm_request_model   text,
      llm_operation       text,
      finish_reason       text,
      cost_source         text,
      price_version       text,
      event_key           text,
      retention_class     text not null,
      payload             jsonb not null,
      constraint log_events_pkey primary key (project_id, occurred_at, id)
    ) partition by range (occurred_at)`.execute(db)
  await sql`create index log_events_event_type on log_events (project_id, event_type)`.execute(db)
  // A Bloom filter for each range of pages: a lookup by any of these reads a few ranges of each day, and
  // writing a row costs nothing until its range is summarised.
  await sql`
    create index log_events_identity on log_events using brin (
      session_id text_bloom_ops, user_id text_bloom_ops, client_ip text_bloom_ops,
      request_id text_bloom_ops, trace_id text_bloom_ops, path text_bloom_ops
    ) with (pages_per_range = 32, autosummarize = on)`.execute(db)
  await sql`
    create table batches (
      project_id   int not null,
      batch_id     uuid not null,
      event_count  int not null,
      accepted_at  timestamptz not null,
      stored_at    timestamptz not null default now(),
      constraint batches_pkey primary key (project_id, batch_id)
    )`.execute(db)
  await sql`
    create table event_keys (
      project_id  int not null,
      event_key   text not null,
      stored_on   date not null default current_date,
      constraint event_keys_pkey primary key (project_id, event_key)
    )`.execute(db)
  await sql`
    create table quarantine (
      id              uuid primary key default gen_random_uuid(),
      project_id      int,
      batch_id        uuid,
      reason          text not null,
      detail          text not null,
      raw             bytea not null,
      quarantined_at  timestamptz not null default now()
    )`.execute(db)
}

async function createPartitions(db: Kysely<unknown>): Promise<void> {
  await sql`create table log_events_default partition of log_events default`.execute(db)
  await sql`
    create function ensure_log_event_partitions(first_day date, last_day date) returns int language plpgsql as $$
    declare
      day date;
      name text;
      created int := 0;
    begin
      perform pg_advisory_xact_lock(hashtext('ensure_log_event_partitions'));
      for day in select generate_series(first_day, last_day, interval '1 day')::date loop
        name := 'log_events_' || to_char(day, 'YYYYMMDD');
        if to_regclass(name) is null then
          execute format(
            'create table %I partition of log_events for values from (%L) to (%L)',
            name, (day::timestamp at time zone 'UTC'), ((day + 1)::timestamp at time zone 'UTC')
          );
          created := created + 1;
        end if;
      end loop;
      return created;
    end $$`.execute(db)
  await sql`
    select ensure_log_event_partitions(
      ((now() at time zone 'UTC')::date - 31), ((now() at time zone 'UTC')::date + 7)
    )`.execute(db)
}

async function createRollups(db: Kysely<unknown>): Promise<void> {
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

async function createViews(db: Kysely<unknown>): Promise<void> {
  await sql`create schema if not exists app`.execute(db)
  await sql`
    create view app.security_events as
      select * from log_events where category in ('security', 'authentication', 'authorization')`.execute(db)
  await sql`
    create view app.rate_limit_violations as
      select * from log_events where event_type = 'rate_limit_violation'`.execute(db)
}
