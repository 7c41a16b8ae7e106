import type { Delivery, Format, JsonObject } from '../format.ts'
import { createMapping, rule, type Mapped } from '../mapping.ts'
import { createShipper, toCarried } from '../shipper.ts'
import { toSyslogLevel } from '../syslog-values.ts'
import { isSyslogMessage } from '../text/read-text-body.ts'
import { toText, toTimestamp } from '../values.ts'

/** The names of syslog-ng's macros, as `$(format-json --scope …)` writes them. */
const json = createShipper({
  name: 'syslog-ng',
  recognises: (record) => typeof record['MESSAGE'] === 'string' && 'PROGRAM' in record,
  logs: ['MESSAGE'],
  rules: [
    rule('timestamp', ['/ISODATE', '/UNIXTIME', '/DATE', '/S_ISODATE', '/R_ISODATE'], toTimestamp),
    rule('service', '/PROGRAM', toText),
    rule('level', ['/PRIORITY', '/LEVEL', '/LEVEL_NUM'], toSyslogLevel),
    rule('host', ['/HOST', '/HOST_FROM'], toText),
  ],
})

/** What it says in headers, where the body is the bare message. */
const mapHeaders = createMapping([
  rule('service', '/program', toText),
  rule('level', '/level', toSyslogLevel),
  rule('host', '/host', toText),
])

/** syslog-ng's http(): the bare message and headers, or `$(format-json)`. Table: docs/gateways/syslog-ng.md. */
export const syslogNg: Format = {
  ...json,
  recognises: (record, delivery) => json.recognises(record, delivery) || isBare(record, delivery),
  carries: (record, delivery) =>
    isBare(record, delivery)
      ? toCarried(record['message'], readHeaders(delivery))
      : json.carries?.(record, delivery),
  translate(record, delivery) {
    if (!isBare(record, delivery)) return json.translate(record, delivery)
    const { fields, rest } = readHeaders(delivery)
    return [{ event_type: 'log', source: 'syslog-ng', message: record['message'], ...fields, payload: rest }]
  },
}

function isBare(record: JsonObject, delivery: Delivery): boolean {
  return (
    isSyslogMessage(delivery) && typeof record['message'] === 'string' && Object.keys(record).length === 1
  )
}

function readHeaders({ headers }: Delivery): Mapped {
  const prefix = 'x-syslog-'
  const said = Object.entries(headers).filter(([name]) => name.startsWith(prefix))
  return mapHeaders(Object.fromEntries(said.map(([name, value]) => [name.slice(prefix.length), value])))
}
