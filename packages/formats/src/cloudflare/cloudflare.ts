import type { Format, JsonObject } from '../format.ts'
import {
  toAddress,
  toCountry,
  toEpochMs,
  toFirstText,
  toPositiveMilliseconds,
  toStatus,
} from '../http-values.ts'
import { createMapping, rule } from '../mapping.ts'
import { toCount, toMilliseconds } from '../values.ts'

const map = createMapping([
  rule('timestamp', '/EdgeStartTimestamp', toEpochMs),
  rule('event_id', '/RayID', toFirstText),
  rule('request_id', '/RayID', toFirstText),
  rule('service', '/ZoneName', toFirstText),
  rule('method', '/ClientRequestMethod', toFirstText),
  rule('host', '/ClientRequestHost', toFirstText),
  rule('path', ['/ClientRequestPath', '/ClientRequestURI'], toFirstText),
  rule('status_code', '/EdgeResponseStatus', toStatus),
  rule('upstream_ms', '/OriginResponseDurationMs', toPositiveMilliseconds),
  rule('client_ip', '/ClientIP', toAddress),
  rule('country', '/ClientCountry', toCountry),
  rule('user_agent', '/ClientRequestUserAgent', toFirstText),
  rule('bytes_in', '/ClientRequestBytes', toCount),
  rule('bytes_out', '/EdgeResponseBytes', toCount),
])

/** Actions that stopped the request, or put a challenge before it. The others let it pass. */
const stops = /^(?:block|drop|(?:js|managed)?_?challenge(?:failed)?|(?:force)?connectionclose)$/i

/** Cloudflare Logpush, dataset `http_requests`. Table and job: docs/gateways/cloudflare.md. */
export const cloudflare: Format = {
  name: 'cloudflare',
  recognises: (record) => 'RayID' in record && 'EdgeStartTimestamp' in record,
  translate(record) {
    // Nanoseconds as a number are changed by reading them: all that is kept of the end is the duration.
    const { EdgeEndTimestamp: end, ...others } = record
    const { fields, rest } = map(others)
    const duration = readDuration(record)
    const wasRead = end === undefined || toEpochMs(end) !== undefined
    const payload = wasRead ? rest : { ...rest, EdgeEndTimestamp: end }
    return [
      {
        event_type: 'api_request',
        source: 'cloudflare',
        ...fields,
        ...duration,
        ...readAction(record),
        payload,
      },
    ]
  },
}

/** From start to end (nanoseconds, seconds or RFC 3339, as the job says), unless they are whole seconds: then the time to the first byte is nearer to it. */
function readDuration(record: JsonObject): JsonObject {
  const { EdgeStartTimestamp: start, EdgeEndTimestamp: end, EdgeTimeToFirstByteMs: firstByte } = record
  const [startMs, endMs, firstByteMs] = [toEpochMs(start), toEpochMs(end), toMilliseconds(firstByte)]
  const isKnown = startMs !== undefined && endMs !== undefined && endMs >= startMs
  const isCoarse = !isKnown || (startMs % 1_000 === 0 && endMs % 1_000 === 0)
  if (isCoarse && firstByteMs !== undefined) return { duration_ms: firstByteMs }
  return isKnown ? { duration_ms: endMs - startMs } : {}
}

/** `SecurityAction`, and `WAFAction` as it was called before. */
function readAction({ SecurityAction: action, WAFAction: old }: JsonObject): JsonObject {
  const text = toFirstText(action) ?? toFirstText(old)
  if (text === undefined || !stops.test(text)) return {}
  return { event_type: 'security_event', action: text, error_type: text }
}
