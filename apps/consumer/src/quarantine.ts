import { acceptedHourOf, type BatchHeader } from '@weir/events'
import type { Pool, PoolClient } from 'pg'
import { RowsNotWrittenError, sqlStateOf } from './failure-class.ts'

/** Keeps a row that cannot be stored, whole, with the reason. */
export async function quarantineRow(
  client: PoolClient,
  row: Uint8Array,
  header: BatchHeader,
  error: unknown,
): Promise<void> {
  await client.query(
    `insert into quarantine (project_id, batch_id, accepted_hour, producer_id, reason, detail, raw)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      projectOf(row, header),
      header.id,
      acceptedHourOf(header),
      header.producer ?? null,
      reasonOf(error),
      messageOf(error),
      row,
    ],
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

/** The reason that people filter by: what PostgreSQL's errors are known by, where it is one. */
export function reasonOf(error: unknown): string {
  return error instanceof RowsNotWrittenError ? 'not-written' : (sqlStateOf(error) ?? 'unknown')
}

/** PostgreSQL's messages may quote what it was given, and cannot hold a NUL. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll('\0', '')
}

/** A row too damaged to say whose it is belongs to the project of its batch, where that has only one. */
function projectOf(row: Uint8Array, { projects }: BatchHeader): string | null {
  const said = Buffer.from(row.subarray(0, Math.max(0, row.indexOf(0x09)))).toString('utf8')
  if (Object.hasOwn(projects, said)) return said
  const [only = null, ...others] = Object.keys(projects)
  return others.length === 0 ? only : null
}
