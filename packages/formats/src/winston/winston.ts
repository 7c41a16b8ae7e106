import type { Format } from '../format.ts'
import { hasTime, translateLine } from '../json-log/json-log.ts'
import { readLevel } from '../levels.ts'

/** Names of npm's levels that no other logger has. */
const ownLevels: ReadonlySet<unknown> = new Set(['http', 'silly'])

/**
 * winston's transport Http, which takes nothing but 200 for success: a level by its name and no time. With
 * `format.timestamp()` it is a line as many loggers write it, and read as `json-log`. Table: docs/gateways/winston.md.
 */
export const winston: Format = {
  name: 'winston',
  successStatus: 200,
  isGeneric: true,
  recognises: (record) =>
    (readLevel(record['level']) !== undefined || ownLevels.has(record['level'])) && !hasTime(record),
  translate(record) {
    const level = record['level'] === 'http' ? 'info' : 'trace'
    return translateLine('winston', record).map((event) =>
      event['level'] === undefined ? { ...event, level } : event,
    )
  },
}
