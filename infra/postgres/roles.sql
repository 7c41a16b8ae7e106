-- A role for each service, with the rights that it needs and no more. Run it as the owner of Weir's tables, or as a
-- superuser, after `npm run weir -- migrate` and after every migration; running it again changes nothing else:
--
--   psql --set ON_ERROR_STOP=1 --single-transaction --file infra/postgres/roles.sql "$DATABASE_URL"
--
-- Then give each role a password (\password weir_producer, …) and each service a DATABASE_URL of its own. Migrations
-- go on being run by the owner: the services find nothing to do. The queue has to be in Redis, since BullMQ creates the
-- tables of a queue in PostgreSQL itself.

do $$
declare name text;
begin
  foreach name in array array['weir_producer', 'weir_consumer', 'weir_query'] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls', name);
    end if;
  end loop;
end $$;

-- Nobody makes tables, and nobody else connects.
revoke create on schema public from public;
do $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to weir_producer, weir_consumer, weir_query', current_database());
end $$;
grant usage on schema public to weir_producer, weir_consumer, weir_query;
grant usage on schema app to weir_query;

-- Whether the tables are up to date.
grant select on kysely_migration, kysely_migration_lock to weir_producer, weir_consumer;

-- Both check keys and count requests.
grant select on api_keys, rate_limits to weir_producer, weir_query;
grant update (last_used_at) on api_keys to weir_producer, weir_query;
grant insert, update on rate_limits to weir_producer, weir_query;

-- The producer makes, rotates and revokes keys, asks which batches are stored, and writes down what was done.
grant select, insert on projects, audit_log to weir_producer;
grant insert, update on api_keys to weir_producer;
grant select on batches to weir_producer;
-- It says what it accepted, and carries out what is decided about quarantined events.
grant select, insert, update, delete on producers, accepted_counts to weir_producer;
grant select, update, delete on quarantine to weir_producer;
grant select, insert, update on outcome_counts to weir_producer;

-- It redacts by the rules of each project, and sets them.
grant select, insert, update on redaction_rules to weir_producer;
grant select on redaction_key to weir_producer;

-- The consumer stores, folds, keeps aside, and says what became of each event. It owns no table, so it can neither alter nor drop one.
grant select, insert on log_events, batches, event_keys, quarantine to weir_consumer;
grant select, insert, update, delete on rollup_deltas, rollup_cells, unique_deltas, unique_cells to weir_consumer;
grant select, insert, update on rollup_dimensions to weir_consumer;
grant update on quarantine to weir_consumer;
grant select, insert, update on outcome_counts to weir_consumer;
grant select on projects, price_overrides to weir_consumer;
-- It redacts the records that it reads again.
grant select on redaction_rules, redaction_key to weir_consumer;

-- What only the owner may do, in two functions that do nothing else.
alter function ensure_log_event_partitions(date, date) security definer set search_path = public, pg_temp;
alter function summarize_log_events() security definer set search_path = public, pg_temp;
revoke execute on function ensure_log_event_partitions(date, date), summarize_log_events() from public;
grant execute on function ensure_log_event_partitions(date, date), summarize_log_events() to weir_consumer;

-- The query service reads.
grant select on log_events, batches, event_keys, quarantine, projects to weir_query;
grant select on producers, accepted_counts, outcome_counts to weir_query;
grant select on rollup_dimensions, rollup_deltas, rollup_cells, unique_deltas, unique_cells to weir_query;
grant select on app.security_events, app.rate_limit_violations to weir_query;
