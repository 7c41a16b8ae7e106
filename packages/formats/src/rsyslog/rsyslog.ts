import { rule } from '../mapping.ts'
import { createShipper } from '../shipper.ts'
import { toSyslogLevel } from '../syslog-values.ts'
import { toText, toTimestamp } from '../values.ts'

/**
 * rsyslog's outputs for JSON: the names of the template that they use by default, and of the property `jsonmesg`.
 * Table: docs/gateways/rsyslog.md.
 */
export const rsyslog = createShipper({
  name: 'rsyslog',
  recognises: (record) => 'timereported' in record && ('message' in record || 'msg' in record),
  logs: ['message', 'msg'],
  rules: [
    rule('timestamp', ['/timereported', '/timegenerated'], toTimestamp),
    rule('service', ['/programname', '/app-name'], toText),
    rule('level', ['/priority', '/severity', '/syslogseverity-text', '/syslogseverity'], toSyslogLevel),
    rule('host', ['/fromhost', '/hostname', '/host'], toText),
  ],
})
