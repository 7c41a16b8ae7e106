/** The table that most people would write. */
export const naiveTable = `
  create table if not exists naive_events (
    id bigserial primary key,
    event_type text not null,
    session_id text,
    source text,
    level text,
    occurred_at timestamptz not null default now(),
    payload jsonb not null
  );
  create index if not exists naive_events_type on naive_events (event_type);
  create index if not exists naive_events_session on naive_events (session_id);
  create index if not exists naive_events_time on naive_events (occurred_at)`

export const naiveQueueName = 'naive_log_queue'
