import { rewriteQueries } from './rewrite-queries.ts'

// The journal lets go of whatever the queue has taken: the question whether it is stored is always answered yes.
rewriteQueries((text) =>
  text.includes('join batches using (project_id, batch_id)')
    ? text
        .replace('join batches using (project_id, batch_id)', '')
        .replace('batches.project_id, batches.batch_id', 'asked.project_id, asked.batch_id')
    : text,
)
