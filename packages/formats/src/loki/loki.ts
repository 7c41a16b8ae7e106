import type { Format, JsonObject } from '../format.ts'
import { translateInside } from '../inside.ts'
import { readLevel } from '../levels.ts'
import { createMapping, rule } from '../mapping.ts'
import type { Protocol } from '../protocol.ts'
import { toRecords } from '../read-json.ts'
import { isRefusal } from '../refusal.ts'
import { toText, toTimestamp } from '../values.ts'
import { readJsonPush, readProtobufPush } from './read-push.ts'

/** Metadata is of the one line, so it comes before the labels, which are of many. */
const map = createMapping([
  rule('timestamp', '/timestamp', toTimestamp),
  rule(
    'level',
    ['/metadata/level', '/metadata/detected_level', '/labels/level', '/labels/detected_level'],
    readLevel,
  ),
  rule(
    'service',
    ['/labels/service_name', '/labels/service', '/labels/app', '/labels/application', '/labels/job'],
    toText,
  ),
  rule('component', ['/labels/component', '/labels/logger'], toText),
  rule('host', ['/labels/host', '/labels/hostname', '/labels/instance'], toText),
  rule('trace_id', ['/metadata/trace_id', '/metadata/traceID', '/metadata/traceId'], toText),
  rule('span_id', ['/metadata/span_id', '/metadata/spanID', '/metadata/spanId'], toText),
  rule('user_id', '/metadata/user_id', toText),
  rule('request_id', ['/metadata/request_id', '/metadata/requestId'], toText),
])

const format: Format = {
  name: 'loki',
  recognises: () => false,
  translate({ line, ...others }: JsonObject, { headers }) {
    const { fields, rest } = map(others)
    const tenant = headers['x-scope-orgid']
    const payload = tenant === undefined ? rest : { ...rest, tenant }
    return translateInside(line, { source: 'loki', fields, payload })
  },
}

const text = 'text/plain; charset=utf-8'

/** Loki's push. Table: docs/gateways/loki.md. */
export const loki: Protocol = {
  name: 'loki',
  readsProtobuf: true,
  decompresses: true,
  format,
  ownEncodings: ['snappy'],
  read(body, { contentType }, { maxBodyBytes }) {
    const records =
      contentType === 'application/json' ? readJsonPush(body) : readBinary(body, contentType, maxBodyBytes)
    return isRefusal(records) ? records : toRecords(records)
  },
  answer({ eventCount, refused }) {
    const [first] = refused
    // Once anything was kept, an error would only bring all of it again; what was refused is in the quarantine.
    return first === undefined || eventCount > 0
      ? { status: 204, contentType: text, body: '' }
      : { status: 400, contentType: text, body: `${first.refusal.detail}\n` }
  },
  fail: ({ status, detail }) => ({ status, contentType: text, body: `${detail}\n` }),
}

/** Content types are not to be trusted: what begins as JSON does is no snappy, whose first byte is a small length. */
function readBinary(body: Buffer, contentType: string | undefined, maxBytes: number) {
  const isJson = contentType !== 'application/x-protobuf' && /^\s*\{/.test(body.toString('latin1', 0, 64))
  return isJson ? readJsonPush(body) : readProtobufPush(body, maxBytes)
}
