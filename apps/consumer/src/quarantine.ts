import { acceptedHourOf, type BatchHeader } from '@weir/events'
import type { Pool, PoolClient } from 'pg'
import { RowsNotWrittenError, sqlStateOf } from './failure-class.ts'
import type { FreshRefused } from './insert-batches.ts'

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

/** What became of refused records: the reasons of those that are kept, and those that were there already. */
export interface Refused {
  reasons: readonly string[]
  duplicates: readonly FreshRefused[]
}

/**
 * Keeps records that no event could be made of. One that its sender repeats, byte for byte and under the same key, is
 * kept once. Sorted, so that transactions with the same records wait instead of deadlocking.
 */
export async function quarantineRefused(
  client: PoolClient,
  refused: readonly FreshRefused[],
): Promise<Refused> {
  if (refused.length === 0) return { reasons: [], duplicates: [] }
  const { rows } = await client.query<{ position: number }>({
    name: 'quarantine-refused',
    text: `
      with entry as (
        select *, gen_random_uuid() as id
        from unnest($1::int[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
          $9::jsonb[], $10::bytea[]) with ordinality
          as entry (project_id, batch_id, accepted_hour, producer_id, reason, detail, format, record_key, context, raw,
            position)
      ), kept as (
        insert into quarantine (id, project_id, batch_id, accepted_hour, producer_id, reason, detail, format,
          record_key, context, raw)
        select id, project_id, batch_id, accepted_hour, producer_id, reason, detail, format, record_key, context, raw
        from entry order by project_id, record_key, position
        on conflict (project_id, record_key, sha256(raw)) where record_key is not null do nothing
        returning id
      )
      select entry.position::int - 1 as position from kept join entry using (id)`,
    values: toColumns(refused),
  })
  const kept = new Set(rows.map(({ position }) => position))
  return {
    reasons: refused.flatMap(({ record }, index) => (kept.has(index) ? [record.reason] : [])),
    duplicates: refused.filter((_one, index) => !kept.has(index)),
  }
}

/** One record with a NUL, which PostgreSQL's text cannot hold, must not keep its whole batch from being stored. */
function toColumns(refused: readonly FreshRefused[]): unknown[][] {
  const columns: ((one: FreshRefused) => unknown)[] = [
    ({ record }) => record.projectId,
    ({ header }) => header.id,
    ({ header }) => acceptedHourOf(header),
    ({ header }) => header.producer ?? null,
    ({ record }) => record.reason,
    ({ record }) => withoutNul(record.detail),
    ({ record }) => record.format,
    ({ record }) => (record.key === null ? null : withoutNul(record.key)),
    ({ record }) => record.context,
    ({ record }) => Buffer.from(record.raw),
  ]
  return columns.map((column) => refused.map(column))
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

/** PostgreSQL's messages may quote what it was given. */
export function messageOf(error: unknown): string {
  return withoutNul(error instanceof Error ? error.message : String(error))
}

function withoutNul(text: string): string {
  return text.replaceAll('\0', '')
}

/** A row too damaged to say whose it is belongs to the project of its batch, where that has only one. */
function projectOf(row: Uint8Array, { projects }: BatchHeader): string | null {
  const said = Buffer.from(row.subarray(0, Math.max(0, row.indexOf(0x09)))).toString('utf8')
  if (Object.hasOwn(projects, said)) return said
  const [only = null, ...others] = Object.keys(projects)
  return others.length === 0 ? only : null
}
