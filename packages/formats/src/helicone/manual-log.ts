import { isJsonObject, type JsonObject, type NativeRecord } from '../format.ts'
import { readBodyObject, readModelResponse } from '../llm/model-response.ts'
import { readTokenUsage } from '../llm/token-usage.ts'
import { createMapping, rule, valueAt } from '../mapping.ts'
import { toMilliseconds, toNumber, toText } from '../values.ts'

const meta = (name: string): string[] => [
  `/providerRequest/meta/${name}`,
  `/providerRequest/meta/${name.toLowerCase()}`,
]

const map = createMapping([
  rule('event_id', meta('Helicone-Request-Id'), toText),
  rule('user_id', meta('Helicone-User-Id'), toText),
  rule('session_id', meta('Helicone-Session-Id'), toText),
  rule('path', meta('Helicone-Session-Path'), toText),
  rule('model', ['/providerResponse/json/model', '/providerRequest/json/model'], toText),
  rule('request_model', '/providerRequest/json/model', toText),
  rule('status_code', '/providerResponse/status'),
  rule('ttft_ms', '/timing/timeToFirstToken', toMilliseconds),
])

/** Whether it is what Helicone's manual logger posts to `/custom/v1/log`. */
export function isManualLog(record: JsonObject): boolean {
  return isJsonObject(record['providerRequest']) && isJsonObject(record['providerResponse'])
}

export function translateManualLog(record: JsonObject): NativeRecord {
  const { fields, rest } = map(record)
  const response =
    readBodyObject(valueAt(record, ['providerResponse', 'json'])) ??
    readBodyObject(valueAt(record, ['providerResponse', 'textBody']))
  const status = fields['status_code']
  return {
    event_type: 'llm_query_sent',
    source: 'helicone',
    ...(typeof status === 'number' && status >= 400 && { level: 'error' }),
    ...readTimes(record['timing']),
    ...fields,
    ...readTokenUsage(response?.['usage']),
    ...readModelResponse(response),
    payload: rest,
  }
}

function readTimes(timing: unknown): JsonObject {
  const start = readInstant(timing, 'startTime')
  const end = readInstant(timing, 'endTime')
  return {
    ...(start !== undefined && { timestamp: start }),
    ...(start !== undefined && end !== undefined && end >= start && { duration_ms: end - start }),
  }
}

/** Whole seconds, and the milliseconds beyond them. */
function readInstant(timing: unknown, name: string): number | undefined {
  if (!isJsonObject(timing)) return undefined
  const seconds = toNumber(valueAt(timing, [name, 'seconds']))
  return seconds === undefined
    ? undefined
    : seconds * 1_000 + (toNumber(valueAt(timing, [name, 'milliseconds'])) ?? 0)
}
