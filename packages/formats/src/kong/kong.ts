import { isJsonObject, type Format, type JsonObject } from '../format.ts'
import { createMapping, rule } from '../mapping.ts'
import { toMilliseconds, toText } from '../values.ts'

/** Kong's own times are -1 where there was nothing to time. */
const map = createMapping([
  rule('timestamp', '/started_at'),
  rule('event_id', '/request/id', toText),
  rule('service', ['/service/name', '/service/host', '/service/id'], toText),
  rule('route', ['/route/name', '/route/id'], toText),
  rule('method', '/request/method'),
  rule('host', ['/request/headers/host', '/service/host'], toText),
  rule('path', '/request/uri', toText),
  rule('status_code', '/response/status'),
  rule('duration_ms', '/latencies/request', toMilliseconds),
  rule('upstream_ms', '/latencies/proxy', toMilliseconds),
  rule('client_ip', '/client_ip'),
  rule('user_agent', '/request/headers/user-agent', toText),
  rule('bytes_in', '/request/size'),
  rule('bytes_out', '/response/size'),
  rule('user_id', ['/consumer/custom_id', '/consumer/username', '/authenticated_entity/consumer_id'], toText),
])

/** Kong's http-log, file-log, tcp-log and the like: `kong.log.serialize()`. Table and fixtures: docs/gateways/kong.md. */
export const kong: Format = {
  name: 'kong',
  recognises: (record) => isJsonObject(record['latencies']) && 'started_at' in record,
  translate(record: JsonObject) {
    const { fields, rest } = map(record)
    return [{ event_type: 'api_request', source: 'kong', ...fields, payload: rest }]
  },
}
