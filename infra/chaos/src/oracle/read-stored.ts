import type { Pool } from 'pg'
import type { StoredEvent } from './oracle.ts'
import type { Project } from '../rig/prepare-projects.ts'

interface Row {
  project_id: number
  event_type: string
  session_id: string
  user_id: string
  llm_model: string
  occurred_at_ms: number
  duration_ms: number
  total_tokens: number
  cost_usd: number
  payload: unknown
}

const rowsAtOnce = 10_000

/** Every stored event, a few thousand at a time. */
export async function* readStored(pool: Pool, projects: readonly Project[]): AsyncGenerator<StoredEvent> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(`
      declare stored no scroll cursor for
      select project_id, event_type, session_id, user_id, llm_model, duration_ms, total_tokens, payload,
        (extract(epoch from occurred_at) * 1000)::float8 as occurred_at_ms, cost_usd::float8 as cost_usd
      from log_events`)
    for (;;) {
      const { rows } = await client.query<Row>(`fetch ${rowsAtOnce} from stored`)
      if (rows.length === 0) break
      for (const row of rows) yield toStoredEvent(row, projects)
    }
    await client.query('commit')
  } finally {
    client.release()
  }
}

function toStoredEvent(row: Row, projects: readonly Project[]): StoredEvent {
  return {
    project: projects.findIndex(({ id }) => id === row.project_id),
    eventType: row.event_type,
    sessionId: row.session_id,
    userId: row.user_id,
    model: row.llm_model,
    occurredAtMs: row.occurred_at_ms,
    durationMs: row.duration_ms,
    totalTokens: row.total_tokens,
    costUsd: row.cost_usd,
    payload: row.payload,
  }
}
