import { hash } from 'node:crypto'
import type { JsonObject, NativeRecord } from './format.ts'
import { readLevel } from './levels.ts'
import { maxIdentifierLength } from './lifted-fields.ts'
import { readIdentifier } from './native/read-envelope.ts'
import { toTimestamp } from './values.ts'

/** Room for `sha256:` and a digest beside the source, which is at most 80 bytes. */
const maxOwnKeyLength = maxIdentifierLength - 100

/**
 * Makes a translated record one that `toEvent` has little to refuse of: a gateway cannot be asked to mend its
 * log. What does not fit its field goes to the payload as it was sent. The event's key begins with the source,
 * because a key is unique in a project, whoever sends.
 */
export function fitRecord(record: NativeRecord): NativeRecord {
  const { event_type, source, timestamp, level, event_id: key, payload, ...others } = record
  const rest: JsonObject = { ...payload }
  const fitted: NativeRecord = { event_type, source, ...others, payload: rest }
  const time = timestamp === undefined ? undefined : toTimestamp(timestamp)
  if (time !== undefined) fitted.timestamp = time
  else keep(rest, 'timestamp', timestamp)
  const known = readLevel(level)
  if (known !== undefined) fitted['level'] = known
  else keep(rest, 'level', level)
  if (key !== undefined) fitted.event_id = `${source}:${fitKey(String(key))}`
  for (const name of ['session_id', 'user_id']) {
    // A field of which a format says `undefined` is one that it does not have.
    if (readIdentifier(fitted[name]) !== undefined) continue
    keep(rest, name, fitted[name])
    delete fitted[name]
  }
  keepOwnUserId(rest)
  return fitted
}

/** The payload's own `user_id` would be lifted, or refused: loggers write `""` where there is none. */
function keepOwnUserId(rest: JsonObject): void {
  const { user_id: userId } = rest
  if (userId === undefined || userId === null || readIdentifier(userId) !== undefined) return
  delete rest['user_id']
  if (userId !== '') rest['event.user_id'] = userId
}

/** Beside what the payload has of that name. */
function keep(payload: JsonObject, name: string, value: unknown): void {
  if (value === undefined || value === null || value === '') return
  payload[Object.hasOwn(payload, name) ? `event.${name}` : name] = value
}

function fitKey(key: string): string {
  const isFit = key.length <= maxOwnKeyLength && readIdentifier(key) !== undefined
  return isFit ? key : `sha256:${hash('sha256', key, 'base64url')}`
}
