import { describeRaw, type Database } from '@weir/database'
import type { ProjectRedaction } from '@weir/redaction'
import { sql, type RawBuilder } from 'kysely'
import type { Findings } from './findings.ts'

/** Which rows are looked into: those from an instant on, until another, of a project or of all. */
export interface ScanRange {
  from: Date | undefined
  to: Date | undefined
  projectId: number | undefined
}

/** Gives the rules of a project. */
export type RedactionOf = (projectId: number) => ProjectRedaction

/** As many rows are in memory at a time; rows of the quarantine are larger. */
const eventsPerFetch = 1_000
const quarantinedPerFetch = 50

/** What of an event is no text that a sender chose. */
const ownColumns = new Set(
  'id project_id occurred_at received_at level category method cost_usd bytes_in bytes_out price_version'.split(
    ' ',
  ),
)

type Row = Record<string, unknown>

/** Looks into every stored event of the range. `onRead` is told how many rows were read. */
export function scanEvents(
  db: Database,
  range: ScanRange,
  redactionOf: RedactionOf,
  findings: Findings,
  onRead: (count: number) => void,
): Promise<void> {
  const query = sql`select e.* from log_events e where ${inRange(range, sql`e.project_id`, sql`e.occurred_at`)}`
  return readAll(db, query, eventsPerFetch, onRead, (row) => {
    findings.look('log_events', String(row['id']), toRecord(row), redactionOf(Number(row['project_id'])))
  })
}

/** The same of what is in the quarantine. */
export function scanQuarantine(
  db: Database,
  range: ScanRange,
  redactionOf: RedactionOf,
  findings: Findings,
  onRead: (count: number) => void,
): Promise<void> {
  const query = sql`
    select q.id, q.project_id, q.raw, q.detail, q.context from quarantine q
    where ${inRange(range, sql`q.project_id`, sql`q.quarantined_at`)}`
  return readAll(
    db,
    query,
    quarantinedPerFetch,
    onRead,
    ({ id, project_id: projectId, raw, detail, context }) => {
      const bytes = raw instanceof Buffer ? raw : Buffer.of()
      const { fields, raw: text } = describeRaw({ raw: bytes, is_record: context !== null })
      const record =
        fields === null ? { raw: text, context } : toRecord({ ...fields, payload: fields['payload'] })
      findings.look('quarantine', String(id), { ...record, detail }, redactionOf(Number(projectId ?? 0)))
    },
  )
}

function inRange({ from, to, projectId }: ScanRange, project: RawBuilder<unknown>, at: RawBuilder<unknown>) {
  const conditions = [
    sql`true`,
    ...(projectId === undefined ? [] : [sql`${project} = ${projectId}::int`]),
    ...(from === undefined ? [] : [sql`${at} >= ${from}::timestamptz`]),
    ...(to === undefined ? [] : [sql`${at} < ${to}::timestamptz`]),
  ]
  return sql.join(conditions, sql` and `)
}

/** Reads rows through a cursor, so that memory does not depend on how many there are. */
function readAll(
  db: Database,
  query: RawBuilder<unknown>,
  perFetch: number,
  onRead: (count: number) => void,
  look: (row: Row) => void,
): Promise<void> {
  return db.transaction().execute(async (transaction) => {
    await sql`declare audited no scroll cursor for ${query}`.execute(transaction)
    for (;;) {
      const { rows } = await sql<Row>`fetch ${sql.raw(String(perFetch))} from audited`.execute(transaction)
      for (const row of rows) look(row)
      onRead(rows.length)
      if (rows.length < perFetch) return
    }
  })
}

/** An event as it was sent, as far as a row tells: its texts, and its payload. */
function toRecord(row: Row): Row {
  const record: Row = {}
  for (const [column, value] of Object.entries(row)) {
    if (ownColumns.has(column) || value === null || value === undefined) continue
    if (typeof value !== 'string' && column !== 'payload') continue
    record[column === 'event_key' ? 'event_id' : column] = value
  }
  return record
}
