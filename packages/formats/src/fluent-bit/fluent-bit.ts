import type { JsonObject } from '../format.ts'
import { rule } from '../mapping.ts'
import { createShipper } from '../shipper.ts'
import { toSyslogLevel } from '../syslog-values.ts'
import { epochToMs, toText, toTimestamp } from '../values.ts'

const logs = ['log', 'message', 'msg', 'MESSAGE']

/**
 * Fluent Bit's out_http in any of its forms of JSON: `date` beside the record's own fields, of which the inputs for
 * files, containers and systemd call the log itself `log` or `MESSAGE`. Table: docs/gateways/fluent-bit.md.
 */
export const fluentBit = createShipper({
  name: 'fluent-bit',
  recognises: (record) =>
    typeof record['date'] === 'number' ? epochToMs(record['date']) !== undefined : isLogOfADate(record),
  logs,
  rules: [
    rule('timestamp', '/date', toTimestamp),
    rule(
      'service',
      ['/kubernetes/labels/app.kubernetes.io~1name', '/kubernetes/labels/app', '/kubernetes/container_name'],
      toText,
    ),
    rule('service', ['/container_name', '/SYSLOG_IDENTIFIER', '/_SYSTEMD_UNIT', '/ident'], toText),
    rule('level', ['/level', '/severity', '/PRIORITY'], toSyslogLevel),
    rule('host', ['/kubernetes/host', '/_HOSTNAME', '/hostname', '/host'], toText),
  ],
})

/** `json_date_format` can also be ISO 8601, and then `date` alone says too little. */
function isLogOfADate(record: JsonObject): boolean {
  return toTimestamp(record['date']) !== undefined && logs.some((log) => record[log] !== undefined)
}
