import { decodeField, encodeField } from './row.ts'

/** A record that no event could be made of, on its way to the quarantine, whole. */
export interface RefusedRow {
  projectId: number
  /** Why: the kind of problem, such as `timestamp-out-of-window`. */
  reason: string
  detail: string
  /** The format that it was taken for. */
  format: string | null
  /** What its sender would send again with a retry; null where it says nothing of the kind. */
  key: string | null
  /** JSON of how it came, which is needed to read it again. */
  context: string | null
  /** The record, mostly JSON, as the sender sent it. */
  raw: string
}

/**
 * A refused record as one line of COPY text, without the line end. It has far fewer fields than an event, so that a
 * consumer which takes it for one cannot store it, and quarantines the line.
 */
export function encodeRefusedRecord(record: RefusedRow): string {
  const { projectId, reason, detail, format, key, context, raw } = record
  return [projectId, reason, detail, format, key, context, raw].map((field) => encodeField(field)).join('\t')
}

/** Undefined for a line that is no refused record. */
export function decodeRefusedRecord(line: string): RefusedRow | undefined {
  const fields = line.split('\t')
  const [projectId, reason, detail, format = null, key = null, context = null, raw] = fields.map((field) =>
    decodeField(field),
  )
  if (fields.length !== 7 || !/^\d+$/.test(projectId ?? '')) return undefined
  return {
    projectId: Number(projectId),
    reason: reason ?? '',
    detail: detail ?? '',
    format,
    key,
    context,
    raw: raw ?? '',
  }
}
