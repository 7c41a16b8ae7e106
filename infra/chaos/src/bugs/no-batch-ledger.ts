import { rewriteQueries } from './rewrite-queries.ts'

// Every delivery of a batch counts as its first.
rewriteQueries((text) =>
  text.includes('insert into batches')
    ? text.replace(
        'on conflict do nothing',
        'on conflict (project_id, batch_id) do update set event_count = excluded.event_count',
      )
    : text,
)
