import { isJsonObject, type Delivery, type Format, type JsonObject, type NativeRecord } from '../format.ts'
import { translateInside } from '../inside.ts'
import type { Answer, Protocol } from '../protocol.ts'
import { maxPieces } from '../pieces.ts'
import { parseJson, toBodyText, toRecords } from '../read-json.ts'
import type { RawRecord } from '../read-records.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { toText } from '../values.ts'
import { readData } from './read-data.ts'

/**
 * The events of one record. Without a key of its own it is known by its place in the delivery, whose id Firehose keeps
 * when it tries again.
 */
function translate({ record, key, timestamp, around: beside }: JsonObject): readonly NativeRecord[] {
  const payload = isJsonObject(beside) ? beside : {}
  const made = translateInside(record, { source: 'firehose', fields: { timestamp }, payload })
  return made.map((one, index) => ({
    ...one,
    event_id: one.event_id ?? (index === 0 ? String(key) : `${String(key)}:${index}`),
  }))
}

const format: Format = { name: 'firehose', recognises: () => false, translate }

function readDelivery(text: string, { headers }: Delivery, maxBytes: number): RawRecord[] | Refusal {
  const read = parseJson(text)
  if (read.refusal !== undefined) return read.refusal
  if (!isJsonObject(read.value) || !Array.isArray(read.value['records'])) {
    return invalid('The body is {"requestId", "timestamp", "records": [{"data"}]}.')
  }
  const { requestId, timestamp, records } = read.value
  const id = toText(requestId) ?? headers['x-amz-firehose-request-id']
  if (id === undefined) return invalid('There is no requestId.')
  let room = maxBytes
  let pieces = 0
  const found: RawRecord[] = []
  for (const [index, one] of records.entries()) {
    const data = readData(isJsonObject(one) ? one['data'] : undefined, room)
    if (isRefusal(data)) {
      if (data.code === 'payload-too-large') return data
      found.push({ refusal: data, text: JSON.stringify(one) })
      continue
    }
    room -= data.byteLength
    pieces += data.pieces
    if (pieces > maxPieces) return tooFine
    data.records.forEach((inner, place) => {
      const key = `${id}:${index}:${place}`
      if (inner.refusal === undefined) found.push({ value: { timestamp, key, ...inner.value } })
      else found.push(inner)
    })
  }
  return found
}

const tooFine: Refusal = {
  code: 'payload-too-large',
  detail: `The records hold more than ${maxPieces} objects, lists and lines.`,
  pointer: '#/records',
}

function invalid(detail: string): Refusal {
  return { code: 'validation-failed', detail, pointer: '#' }
}

/** Firehose takes anything but its own request id for a failed delivery. */
function answer(status: number, { headers }: Delivery, errorMessage?: string): Answer {
  const requestId = headers['x-amz-firehose-request-id'] ?? ''
  const body = { requestId, timestamp: Date.now(), ...(errorMessage !== undefined && { errorMessage }) }
  return { status, contentType: 'application/json', body: JSON.stringify(body) }
}

/** Amazon Data Firehose's delivery to an HTTP endpoint. Table: docs/gateways/firehose.md. */
export const firehose: Protocol = {
  name: 'firehose',
  format,
  decompresses: true,
  read(body, delivery, { maxBodyBytes }) {
    const text = toBodyText(body)
    if (typeof text !== 'string') return text
    const records = readDelivery(text, delivery, maxBodyBytes)
    return isRefusal(records) ? records : toRecords(records)
  },
  // What was refused is in the quarantine: an error would bring the whole delivery again, for as long as it is kept.
  answer: (_outcome, delivery) => answer(200, delivery),
  fail: ({ status, detail }, delivery) => answer(status, delivery, detail),
}
