import { sql, type RawBuilder } from 'kysely'

/** A quarantined event without its bytes, or, where it has no project, a job that could not be read. */
export interface QuarantinedRow {
  id: string
  /** When it was quarantined, with all its digits: where a page ends. */
  position: string
  project_id: number | null
  batch_id: string | null
  reason: string
  detail: string
  byte_length: number
  quarantined_at: Date
  accepted_hour: Date | null
  replay_requested_at: Date | null
  failed_replays: number
  replayed_at: Date | null
  replayed_as: 'stored' | 'duplicate' | null
  /** The format that it was taken for, where no event could be made of it. */
  format: string | null
  is_record: boolean
}

/** Which quarantined events are wanted; what is undefined does not matter. */
export interface QuarantineFilters {
  projectId?: number | undefined
  reasons?: readonly string[] | undefined
  isReplayed?: boolean | undefined
  /** Only those behind this one, in the order of the list. */
  after?: { position: string; id: string } | undefined
  limit: number
}

const fields = sql`
  quarantine.id, quarantine.quarantined_at::text as position, quarantine.project_id, quarantine.batch_id,
  quarantine.reason, quarantine.detail, octet_length(quarantine.raw) as byte_length, quarantine.quarantined_at,
  quarantine.accepted_hour, quarantine.replay_requested_at, quarantine.failed_replays, quarantine.replayed_at,
  quarantine.replayed_as, quarantine.format, quarantine.context is not null as is_record`

/** Asks for quarantined events, newest first. The statement is run by whoever asks. */
export function listQuarantined(filters: QuarantineFilters): RawBuilder<QuarantinedRow> {
  const { projectId, reasons, isReplayed, after, limit } = filters
  const conditions = [
    projectId !== undefined && sql`quarantine.project_id = ${projectId}`,
    reasons !== undefined && sql`quarantine.reason = any(${[...reasons]}::text[])`,
    isReplayed !== undefined && sql`(quarantine.replayed_at is not null) = ${isReplayed}::boolean`,
    after !== undefined &&
      sql`(quarantine.quarantined_at, quarantine.id) < (${after.position}::timestamptz, ${after.id}::uuid)`,
  ].filter((condition) => condition !== false)
  return sql<QuarantinedRow>`
    select ${fields} from quarantine
    where ${sql.join([sql`true`, ...conditions], sql` and `)}
    order by quarantine.quarantined_at desc, quarantine.id desc
    limit ${limit}::int`
}

/** Asks for one quarantined event with its bytes, of any project unless one is named. */
export function findQuarantined(
  id: string,
  projectId?: number,
): RawBuilder<QuarantinedRow & { raw: Buffer }> {
  const ofProject = projectId === undefined ? sql`true` : sql`quarantine.project_id = ${projectId}`
  return sql`
    select ${fields}, quarantine.raw from quarantine
    where quarantine.id = ${id}::uuid and ${ofProject}`
}
