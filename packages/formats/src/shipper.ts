import type { Carried, Format, JsonObject } from './format.ts'
import { createMapping, rule, type Mapped, type Rule } from './mapping.ts'
import { toMessage } from './syslog-values.ts'

/** What a shipper of logs writes around each of them. */
export interface ShipperOptions {
  name: string
  recognises: Format['recognises']
  /** The fields, at the top level, that hold the log itself; the first that is there counts. */
  logs: readonly string[]
  /** Of all else: `timestamp`, `service`, `level`, `host`. */
  rules: readonly Rule[]
}

/** The format of a shipper: what it carries is read in its own format where it has one, and is a line of log otherwise. */
export function createShipper({ name, recognises, logs, rules }: ShipperOptions): Format {
  const mapAround = createMapping(rules)
  const mapLine = createMapping([
    ...rules,
    rule(
      'message',
      logs.map((log) => `/${log}`),
      toMessage,
    ),
  ])
  return {
    name,
    recognises,
    carries(record) {
      const log = logs.find((field) => record[field] !== undefined)
      if (log === undefined) return undefined
      const { [log]: inside, ...others } = record
      return toCarried(inside, mapAround(others))
    },
    translate(record) {
      const { fields, rest } = mapLine(record)
      return [{ event_type: 'log', source: name, ...fields, payload: rest }]
    },
  }
}

/**
 * A shipper knows when, and of which program: that holds for the record inside too. Its level and host are those of
 * the program that wrote the log, where a request's are its own.
 */
export function toCarried(inside: unknown, { fields, rest }: Mapped): Carried {
  const { timestamp, service, ...others } = fields
  const shared: JsonObject = {}
  if (timestamp !== undefined) shared['timestamp'] = timestamp
  if (service !== undefined) shared['service'] = service
  return { inside, fields: shared, beside: { ...rest, ...others } }
}
