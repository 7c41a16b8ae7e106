import { isJsonObject, type Format } from '../format.ts'
import { toKeyHash } from '../key-hash.ts'
import { readModelResponse } from '../llm/model-response.ts'
import { readTokenUsage } from '../llm/token-usage.ts'
import { createMapping, rule, valueAt } from '../mapping.ts'
import { toText } from '../values.ts'

/** No time, no duration and no cost: the plugin says none of them. */
const map = createMapping([
  rule('event_id', '/response/json/id', toText),
  rule('session_id', '/request/headers/x-portkey-trace-id', toText),
  rule('user_id', '/metadata/_user', toText),
  // The caller's key, where clients have one of Portkey's, or the virtual key that stands for a provider's.
  rule(
    'api_key_id',
    ['/request/headers/x-portkey-api-key', '/request/headers/x-portkey-virtual-key'],
    toKeyHash,
  ),
  rule('provider', '/provider', toText),
  rule('model', ['/response/json/model', '/request/json/model'], toText),
  rule('request_model', '/request/json/model', toText),
  rule('operation', '/requestType', toText),
  rule('status_code', '/response/statusCode'),
  rule('user_agent', '/request/headers/user-agent', toText),
])

/** The log plugin of the Portkey gateway, `default.log`. Table: docs/gateways/portkey.md. */
export const portkey: Format = {
  name: 'portkey',
  recognises: (record) =>
    'requestType' in record &&
    'provider' in record &&
    isJsonObject(record['request']) &&
    isJsonObject(record['response']),
  translate(record) {
    const { fields, rest } = map(record)
    const response = valueAt(record, ['response', 'json'])
    const status = fields['status_code']
    return [
      {
        event_type: 'llm_query_sent',
        source: 'portkey',
        ...(typeof status === 'number' && status >= 400 && { level: 'error' }),
        ...fields,
        ...readModelResponse(response),
        ...readTokenUsage(valueAt(record, ['response', 'json', 'usage'])),
        payload: rest,
      },
    ]
  },
}
