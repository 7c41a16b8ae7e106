import { encodeRefusedRecord } from '@weir/events'
import { describeRefused, type RefusedRecord, type RefusedRequest } from '@weir/formats'
import type { RefusedLines } from './intake-request.ts'

/** The lines in which refused records travel to the quarantine; undefined when there are none. */
export function encodeRefused(
  refused: readonly RefusedRecord[],
  request: RefusedRequest,
): RefusedLines | undefined {
  if (refused.length === 0) return undefined
  const { projectId } = request.intake
  const lines = refused.map((record) => {
    const { refusal, format = null, key } = record
    // PostgreSQL's text cannot hold a NUL, which a refusal may quote and what a record is refused for may have.
    const detail = `${refusal.detail} (${refusal.pointer})`.replaceAll('\0', '')
    return encodeRefusedRecord({
      projectId,
      reason: refusal.code,
      detail,
      format,
      key: key?.replaceAll('\0', '') ?? null,
      ...describeRefused(record, request),
    })
  })
  return { lines: Buffer.from(lines.join('\n')), count: refused.length }
}
