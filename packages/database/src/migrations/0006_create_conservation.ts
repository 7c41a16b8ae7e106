import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table quarantine
      add column accepted_hour        timestamptz,
      add column producer_id          uuid,
      add column replay_requested_at  timestamptz,
      add column failed_replays       int not null default 0,
      add column replayed_at          timestamptz,
      add column replayed_as          text`.execute(db)
  await sql`create index quarantine_listed on quarantine (project_id, quarantined_at, id)`.execute(db)
  await sql`
    create index quarantine_requested on quarantine (replay_requested_at) where replay_requested_at is not null`.execute(
    db,
  )
  await sql`
    create index quarantine_waiting on quarantine (project_id, accepted_hour, producer_id)
      where replayed_at is null`.execute(db)
  await sql`
    create table producers (
      id               uuid not null,
      counted_through  bigint not null,
      reported_at      timestamptz not null,
      constraint producers_pkey primary key (id)
    )`.execute(db)
  await sql`
    create table accepted_counts (
      accepted_hour  timestamptz not null,
      accepted       bigint not null,
      pending        bigint not null,
      producer_id    uuid not null,
      project_id     int not null,
      constraint accepted_counts_pkey primary key (project_id, accepted_hour, producer_id)
    )`.execute(db)
  // One row for each shard, because a row that several transactions add to would make them wait for each other.
  await sql`
    create table outcome_counts (
      accepted_hour  timestamptz not null,
      stored         bigint not null,
      duplicate      bigint not null,
      deleted        bigint not null,
      updated_at     timestamptz not null,
      producer_id    uuid not null,
      project_id     int not null,
      shard          smallint not null,
      constraint outcome_counts_pkey primary key (project_id, accepted_hour, producer_id, shard)
    ) with (fillfactor = 50)`.execute(db)
}
