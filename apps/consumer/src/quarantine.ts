import type { Pool, PoolClient } from 'pg'
import { sqlStateOf } from './failure-class.ts'

interface RefusedRow {
  row: string
  batchId: string
  projectId: number
  error: unknown
}

/** Keeps a row that cannot be stored, whole, with the reason. */
export async function quarantineRow(
  client: PoolClient,
  { row, batchId, projectId, error }: RefusedRow,
): Promise<void> {
  await client.query(
    'insert into quarantine (project_id, batch_id, reason, detail, raw) values ($1, $2, $3, $4, $5)',
    [projectId, batchId, sqlStateOf(error) ?? 'unknown', messageOf(error), Buffer.from(row)],
  )
}

/** Keeps a job whose batch cannot be read. The same job again is not kept twice. */
export async function quarantineJob(pool: Pool, jobId: string, data: unknown, error: unknown): Promise<void> {
  const batchId = /^b-([0-9a-f-]{36})$/.exec(jobId)?.[1] ?? null
  const raw = Buffer.from(JSON.stringify(data) ?? 'undefined')
  await pool.query(
    `insert into quarantine (batch_id, reason, detail, raw)
     select $1::uuid, 'unreadable-batch', $2, $3
     where not exists (select from quarantine where batch_id is not distinct from $1::uuid and raw = $3)`,
    [batchId, messageOf(error), raw],
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
