import { createHash } from 'node:crypto'
import { Problem } from '@weir/http'

/** Where a page of a list ended: behind the event with this time (as PostgreSQL writes it) and id. */
export interface Position {
  occurredAt: string
  id: string
}

const checkBytes = 12
const maxCursorLength = 512
const instantText = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/
const uuidText = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Writes a position as text that says nothing to its reader. A check binds it to `list`, which names the
 * project and the filters: a cursor that was cut, changed or taken to another list is refused, not followed.
 * It gives no right, the key does, so the check is no secret's.
 */
export function encodeCursor(position: Position, list: string): string {
  const body = Buffer.from(`${position.occurredAt}|${position.id}`, 'utf8')
  return Buffer.concat([checkOf(body, list), body]).toString('base64url')
}

/** Reads `encodeCursor`'s text. Throws `invalid-cursor`. */
export function decodeCursor(cursor: string, list: string): Position {
  if (cursor.length > maxCursorLength) throw invalidCursor()
  const bytes = Buffer.from(cursor, 'base64url')
  const body = bytes.subarray(checkBytes)
  if (bytes.toString('base64url') !== cursor || !checkOf(body, list).equals(bytes.subarray(0, checkBytes))) {
    throw invalidCursor()
  }
  const [occurredAt = '', id = ''] = body.toString('utf8').split('|')
  if (!instantText.test(occurredAt) || !uuidText.test(id)) throw invalidCursor()
  return { occurredAt, id }
}

function checkOf(body: Buffer, list: string): Buffer {
  return createHash('sha256').update(list).update('\n').update(body).digest().subarray(0, checkBytes)
}

function invalidCursor(): Problem {
  const detail = 'must be the next_cursor of an answer to the same question'
  return new Problem('invalid-cursor', `cursor: ${detail}.`, { errors: [{ parameter: 'cursor', detail }] })
}
