import { isJsonObject, type Format, type JsonObject } from '../format.ts'
import { toAddress, toCountry, toFirstText, toStatus } from '../http-values.ts'
import { toKeyHash } from '../key-hash.ts'
import { createMapping, rule } from '../mapping.ts'
import { toCount, toMilliseconds, toText } from '../values.ts'

/** The record of Tyk Pump, and its names in the Elasticsearch (`@timestamp`, …) and Splunk (`time_stamp`) pumps. */
const map = createMapping([
  rule('timestamp', ['/timestamp', '/@timestamp', '/time_stamp']),
  rule('service', ['/api_name', '/api_id'], toFirstText),
  rule('method', ['/method', '/http_method'], toText),
  rule('host', '/host', toText),
  rule('path', ['/raw_path', '/request_uri_full', '/path', '/request_uri'], toText),
  rule('status_code', '/response_code', toStatus),
  rule('duration_ms', ['/latency/total', '/request_time', '/request_time_ms'], toMilliseconds),
  rule('upstream_ms', '/latency/upstream', toMilliseconds),
  rule('client_ip', '/ip_address', toAddress),
  rule('country', '/geo/country/iso_code', toCountry),
  rule('user_agent', '/user_agent', toText),
  rule('bytes_in', '/content_length', toCount),
  rule('user_id', ['/alias', '/oauth_id'], toText),
  // The alias is the name that Tyk's users give a key. Whether `api_key` is the key or Tyk's hash of it, no one can tell.
  rule('api_key_id', '/alias', toText),
  rule('api_key_id', '/api_key', toKnownKey),
])

/** With `track_path` the path is the pattern of the endpoint, which is what a route is. */
const mapTracked = createMapping([rule('route', '/path', toText)])

/** Tyk's hash of no key at all is of zeros. */
const noKey = /^0*$/

function toKnownKey(value: unknown): string | undefined {
  return typeof value === 'string' && noKey.test(value) ? undefined : toKeyHash(value)
}

/** Where the stdout pump puts the record, unless it is told another name. */
const wrapped = 'tyk-analytics-record'

/** Tyk Pump's analytics records. Table and configuration: docs/gateways/tyk.md. */
export const tyk: Format = {
  name: 'tyk',
  recognises: (record) =>
    isJsonObject(record[wrapped]) ||
    ('api_id' in record && 'org_id' in record && ('request_time' in record || 'request_time_ms' in record)),
  translate({ [wrapped]: inner, ...outer }) {
    // What the stdout pump says beside the record is about the pump.
    const record = isJsonObject(inner) ? inner : outer
    const route = record['track_path'] === true ? mapTracked(record).fields : {}
    const { fields, rest } = map(withoutRaw(record))
    return [{ event_type: 'api_request', source: 'tyk', ...fields, ...route, payload: rest }]
  },
}

/**
 * `raw_request` and `raw_response` are whole messages in base64, the credentials of the request included, where no
 * rule of redaction could see them: how long they are is kept instead.
 */
function withoutRaw({ raw_request: request, raw_response: response, ...record }: JsonObject): JsonObject {
  const lengths = { raw_request_chars: lengthOf(request), raw_response_chars: lengthOf(response) }
  return { ...record, ...Object.fromEntries(Object.entries(lengths).filter(([, length]) => length > 0)) }
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' ? value.length : 0
}
