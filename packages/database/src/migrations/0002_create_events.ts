import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await createEvents(db)
  await deriveColumns(db)
  await createPartitions(db)
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
      price_version       text,
      event_key           text,
      payload             jsonb
    ) partition by range (occurred_at)`.execute(db)
  // No unique key: batches and event_keys see to it that nothing is stored twice. With the id in it, the index is
  // more than twice as large, as PostgreSQL fills pages of wide keys by half where two transactions write at once.
  await sql`
    create index log_events_time on log_events (project_id, occurred_at) with (fillfactor = 100)`.execute(db)
  // A Bloom filter for each range of pages: a lookup by any of these reads a few ranges of each day, and
  // writing a row costs nothing until its range is summarised, which the consumer does when nothing waits.
  await sql`
    create index log_events_identity on log_events using brin (
      session_id text_bloom_ops, user_id text_bloom_ops, client_ip text_bloom_ops,
      request_id text_bloom_ops, trace_id text_bloom_ops, path text_bloom_ops
    ) with (pages_per_range = 32)`.execute(db)
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

/** What follows from the columns is not stored, and is read as if it were a column: `select e.cost_source from log_events e`. */
async function deriveColumns(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function retention_class(event log_events) returns text language sql immutable parallel safe
    return case
      when event.category in ('authentication', 'authorization', 'security') then 'audit'
      when event.level in ('error', 'critical') or event.category = 'error' or event.status_code >= 400 then 'errors'
      else 'requests'
    end`.execute(db)
  await sql`
    create function cost_source(event log_events) returns text language sql immutable parallel safe
    return case
      when event.cost_usd is null then null when event.price_version is null then 'reported' else 'estimated'
    end`.execute(db)
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
