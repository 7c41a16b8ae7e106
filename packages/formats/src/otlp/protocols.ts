import { plainDelivery } from '../delivery.ts'
import { isJsonObject } from '../format.ts'
import type { Answer, Failure, Outcome, Protocol } from '../protocol.ts'
import { readMessage, type Message } from '../protobuf/read-message.ts'
import { readRecords, type Records } from '../read-records.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { toPartialSuccess, toStatus } from './answers.ts'
import { exportLogs, exportTraces } from './messages.ts'
import { otlp } from './otlp.ts'
import { unwrapExport } from './unwrap.ts'

/** `/v1/logs`: what is answered to whom is in the specification of OTLP/HTTP. */
export const otlpLogs = createProtocol('otlp-logs', exportLogs, 'rejectedLogRecords')

/** `/v1/traces`. */
export const otlpTraces = createProtocol('otlp-traces', exportTraces, 'rejectedSpans')

function createProtocol(name: string, request: Message, rejectedName: string): Protocol {
  return {
    name,
    readsProtobuf: true,
    format: otlp,
    read: (body, { contentType }) => (isProtobuf(contentType) ? readProtobuf(body, request) : readJson(body)),
    answer: (outcome, { contentType }) => toAnswer(outcome, contentType, rejectedName),
    fail: (failure, { contentType }) => toFailure(failure, contentType),
  }
}

function isProtobuf(contentType: string | undefined): boolean {
  return contentType === 'application/x-protobuf' || contentType === 'application/protobuf'
}

function readProtobuf(body: Buffer, request: Message): Records | Refusal {
  try {
    const records = unwrapExport(readMessage(body, request)) ?? []
    return {
      records: records.map((value) => ({ value })),
      isSingle: false,
      ignored: [],
      // Its text has no escapes, so that any character may stand in it.
      hasEscapes: true,
      alteredNumbers: () => new Set(),
    }
  } catch {
    return {
      code: 'validation-failed',
      detail: 'The body is not the protobuf message of this path.',
      pointer: '#',
    }
  }
}

function readJson(body: Buffer): Records | Refusal {
  // A message without fields: what a test of the connection sends.
  const read = readRecords(body.length === 0 ? Buffer.from('{}') : body, { ...plainDelivery, format: 'otlp' })
  if (isRefusal(read)) return read
  const { records, isSingle } = read
  const isExport = records.every((record) => 'value' in record && isJsonObject(record.value))
  if (!isExport) {
    return { code: 'validation-failed', detail: 'The body is not an export request of OTLP.', pointer: '#' }
  }
  // An object that was not unwrapped has none of the fields of this path, and all others are ignored.
  return isSingle ? { ...read, records: [] } : read
}

function toAnswer({ refused }: Outcome, contentType: string | undefined, rejectedName: string): Answer {
  const first = refused[0]?.refusal
  const rejected = refused.length
  const message = first === undefined ? '' : `${first.detail} (${first.pointer})`
  if (isProtobuf(contentType)) {
    return { status: 200, contentType: toType(contentType), body: toPartialSuccess(rejected, message) }
  }
  const partialSuccess = { [rejectedName]: String(rejected), errorMessage: message }
  return {
    status: 200,
    contentType: toType(contentType),
    body: JSON.stringify(rejected === 0 ? {} : { partialSuccess }),
  }
}

function toFailure({ status, detail }: Failure, contentType: string | undefined): Answer {
  const body = isProtobuf(contentType) ? toStatus(detail) : JSON.stringify({ message: detail })
  return { status, contentType: toType(contentType), body }
}

/** The type of the answer is that of the request. */
function toType(contentType: string | undefined): string {
  return contentType !== undefined && isProtobuf(contentType) ? contentType : 'application/json'
}
