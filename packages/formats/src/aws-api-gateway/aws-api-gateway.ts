import { createAccessLog } from '../access-log.ts'
import type { Format, JsonObject } from '../format.ts'
import { readCommonLogTime, toAddress, toFirstText, toStatus } from '../http-values.ts'
import { createMapping, rule } from '../mapping.ts'
import { toCount, toMilliseconds } from '../values.ts'

const own = createAccessLog('aws-api-gateway')

/** The JSON format that the console proposes, for REST and for HTTP APIs: names of `$context`. */
const mapProposed = createMapping([
  rule('timestamp', '/requestTimeEpoch'),
  rule('timestamp', '/requestTime', readCommonLogTime),
  rule('event_id', '/requestId', toFirstText),
  rule('request_id', '/requestId', toFirstText),
  rule('service', '/apiId', toFirstText),
  rule('route', ['/resourcePath', '/routeKey'], toFirstText),
  rule('method', '/httpMethod', toFirstText),
  rule('host', '/domainName', toFirstText),
  rule('path', '/path', toFirstText),
  rule('status_code', '/status', toStatus),
  rule('duration_ms', '/responseLatency', toMilliseconds),
  rule('upstream_ms', '/integrationLatency', toMilliseconds),
  rule('client_ip', ['/ip', '/sourceIp'], toAddress),
  rule('user_agent', '/userAgent', toFirstText),
  rule('bytes_out', '/responseLength', toCount),
  rule('user_id', ['/user', '/caller'], toFirstText),
])

/** Access logs of AWS API Gateway, which come through Firehose. Format and table: docs/gateways/aws-api-gateway.md. */
export const awsApiGateway: Format = {
  name: 'aws-api-gateway',
  recognises: (record, delivery) => own.recognises(record, delivery) || isProposed(record),
  translate(record, delivery) {
    if (!isProposed(record)) return own.translate(record, delivery)
    const { fields, rest } = mapProposed(record)
    return [{ event_type: 'api_request', source: 'aws-api-gateway', ...fields, payload: rest }]
  },
}

function isProposed(record: JsonObject): boolean {
  const hasRoute = 'routeKey' in record || 'resourcePath' in record
  return 'requestId' in record && 'httpMethod' in record && hasRoute
}
