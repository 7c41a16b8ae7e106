import { isJsonObject, type Format, type JsonObject, type NativeRecord } from '../format.ts'
import { readBodyObject, readModelResponse } from '../llm/model-response.ts'
import { readTokenUsage } from '../llm/token-usage.ts'
import { createMapping, rule } from '../mapping.ts'
import { toCount, toMilliseconds, toNumber, toText } from '../values.ts'
import { isManualLog, translateManualLog } from './manual-log.ts'

const map = createMapping([
  rule('event_id', '/request_id', toText),
  rule('request_id', '/request_id', toText),
  rule('user_id', '/user_id', toText),
  rule('provider', '/provider', (value) => toText(value)?.toLowerCase()),
  rule('model', '/model', toText),
  // 0 is what Helicone says of a model whose price it does not know.
  rule('cost', '/metadata/cost', (value) => ((toNumber(value) ?? 0) > 0 ? toNumber(value) : undefined)),
  rule('input_tokens', '/metadata/promptTokens', toCount),
  rule('output_tokens', '/metadata/completionTokens', toCount),
  rule('total_tokens', '/metadata/totalTokens', toCount),
  rule('duration_ms', '/metadata/latencyMs', toMilliseconds),
])

/** Helicone's webhook, and what its manual logger sends. Table: docs/gateways/helicone.md. */
export const helicone: Format = {
  name: 'helicone',
  recognises: (record) =>
    isManualLog(record) ||
    ('request_id' in record &&
      'response_body' in record &&
      ('request_body' in record || isJsonObject(record['metadata']))),
  translate: (record) => [isManualLog(record) ? translateManualLog(record) : translateWebhook(record)],
}

function translateWebhook(record: JsonObject): NativeRecord {
  const { fields, rest } = map(record)
  const request = readBodyObject(record['request_body'])
  const response = readBodyObject(record['response_body'])
  const model = toText(response?.['model']) ?? toText(request?.['model'])
  const requestModel = toText(request?.['model'])
  // The answer knows the parts of what the metadata counts, and which of the two counts is the whole.
  const counted = { ...readTokenUsage(response?.['usage']) }
  if (counted.input_tokens !== undefined) delete fields['total_tokens']
  return {
    event_type: 'llm_query_sent',
    source: 'helicone',
    ...(model !== undefined && { model }),
    ...(requestModel !== undefined && { request_model: requestModel }),
    ...fields,
    ...counted,
    ...readModelResponse(response),
    payload: rest,
  }
}
