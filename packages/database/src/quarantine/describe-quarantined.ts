import { isUtf8 } from 'node:buffer'
import { decodeField, eventColumns, withAllColumns } from '@weir/events'
import type { QuarantinedRow } from './read-quarantine.ts'

/** A quarantined event as answers and the command line show it. */
export type QuarantinedAnswer = ReturnType<typeof describeQuarantined>

/** Times are RFC 3339; what there is none of is null. */
export function describeQuarantined(row: QuarantinedRow) {
  return {
    id: row.id,
    batch_id: row.batch_id,
    kind: kindOf(row),
    format: row.format,
    state: stateOf(row),
    reason: row.reason,
    detail: row.detail,
    byte_length: row.byte_length,
    quarantined_at: row.quarantined_at.toISOString(),
    accepted_hour: row.accepted_hour?.toISOString() ?? null,
    replay_requested_at: row.replay_requested_at?.toISOString() ?? null,
    failed_replays: row.failed_replays,
    replayed_at: row.replayed_at?.toISOString() ?? null,
    replayed_as: row.replayed_as,
  }
}

/** The bytes as text where they are UTF-8, else in base64; and the fields of the row, where they are an event's. */
export function describeRaw({ raw, is_record: isRecord }: { raw: Buffer; is_record: boolean }): {
  encoding: 'utf-8' | 'base64'
  raw: string
  fields: Record<string, string> | null
} {
  if (!isUtf8(raw)) return { encoding: 'base64', raw: raw.toString('base64'), fields: null }
  return { encoding: 'utf-8', raw: raw.toString('utf8'), fields: isRecord ? null : readFields(raw) }
}

function readFields(row: Buffer): Record<string, string> | null {
  const fields = withAllColumns(row).toString('utf8').split('\t')
  if (fields.length !== eventColumns.length) return null
  const entries = eventColumns.map((column, index) => [column, decodeField(fields[index])] as const)
  return Object.fromEntries(
    entries.filter((entry): entry is [(typeof entry)[0], string] => entry[1] !== null),
  )
}

/** An event that cannot be stored, a record that no event could be made of, or a job that cannot be read. */
function kindOf({ project_id: projectId, is_record: isRecord, reason }: QuarantinedRow) {
  if (isRecord) return 'record'
  return projectId === null && reason === 'unreadable-batch' ? 'job' : 'event'
}

function stateOf({ replayed_at: replayedAt, replay_requested_at: requestedAt }: QuarantinedRow) {
  if (replayedAt !== null) return 'replayed'
  return requestedAt === null ? 'waiting' : 'replaying'
}
