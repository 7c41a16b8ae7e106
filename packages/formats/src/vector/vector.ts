import { rule } from '../mapping.ts'
import { createShipper } from '../shipper.ts'
import { toSyslogLevel } from '../syslog-values.ts'
import { toText, toTimestamp } from '../values.ts'

/** Vector's http sink: a log event, in which `source_type` says where it comes from. Table: docs/gateways/vector.md. */
export const vector = createShipper({
  name: 'vector',
  recognises: (record) =>
    typeof record['source_type'] === 'string' && ('message' in record || 'timestamp' in record),
  logs: ['message'],
  rules: [
    rule('timestamp', '/timestamp', toTimestamp),
    rule(
      'service',
      [
        '/kubernetes/pod_labels/app.kubernetes.io~1name',
        '/kubernetes/pod_labels/app',
        '/kubernetes/container_name',
      ],
      toText,
    ),
    rule('service', ['/appname', '/container_name', '/SYSLOG_IDENTIFIER', '/_SYSTEMD_UNIT'], toText),
    rule('level', ['/level', '/severity', '/PRIORITY'], toSyslogLevel),
    rule('host', ['/host', '/hostname'], toText),
  ],
})
