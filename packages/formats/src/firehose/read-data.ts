import { gunzipSync } from 'node:zlib'
import { isJsonObject, type JsonObject } from '../format.ts'
import { countPieces, maxPieces } from '../pieces.ts'
import { parseJson, toBodyText } from '../read-json.ts'
import type { Refusal } from '../refusal.ts'
import { splitJson } from '../split-json.ts'

/** A record of the delivered data, and what stands around it. */
interface Inner extends JsonObject {
  record: unknown
  around?: JsonObject
  timestamp?: unknown
}

type InnerRecord = { value: Inner; refusal?: undefined } | { refusal: Refusal; text: string }

/** What one record of a delivery holds. */
export interface Data {
  records: InnerRecord[]
  /** Of the data, decompressed. */
  byteLength: number
  /** Objects, lists and lines in it, at most. */
  pieces: number
}

/**
 * What the base64 of one record holds: JSON, one object or several behind each other, a list, lines of text, or the
 * gzip that CloudWatch Logs makes of its events. Binary data is refused; so is what would take more than `maxBytes`.
 */
export function readData(data: unknown, maxBytes: number): Data | Refusal {
  if (typeof data !== 'string') return invalid('A record has its data as base64.')
  const bytes = unzip(Buffer.from(data, 'base64'), maxBytes)
  if (!(bytes instanceof Uint8Array)) return bytes
  const text = toBodyText(bytes)
  if (typeof text !== 'string') return text
  const pieces = countPieces(bytes)
  // Who asked counts those of all records, and needs none of this one.
  const records = pieces > maxPieces ? [] : readText(text.trim())
  return { records, byteLength: bytes.byteLength, pieces }
}

function invalid(detail: string): Refusal {
  return { code: 'validation-failed', detail, pointer: '#/data' }
}

function unzip(bytes: Buffer, maxBytes: number): Buffer | Refusal {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(1, maxBytes) })
  } catch (error) {
    const isTooLong =
      typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    return isTooLong
      ? {
          code: 'payload-too-large',
          detail: `The records hold more than ${maxBytes} bytes.`,
          pointer: '#/records',
        }
      : invalid('The data is not valid gzip.')
  }
}

function readText(text: string): InnerRecord[] {
  if (text === '') return []
  const whole = parseJson(text)
  if (whole.refusal === undefined) return toInner(whole.value)
  if (text.startsWith('{')) {
    const { texts, rest } = splitJson(text)
    if (texts.length > 0) return [...texts, ...(rest === '' ? [] : [rest])].flatMap(readOne)
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => ({ value: { record: line } }))
}

function readOne(text: string): InnerRecord[] {
  const read = parseJson(text)
  return read.refusal === undefined ? toInner(read.value) : [{ refusal: read.refusal, text }]
}

function toInner(value: unknown): InnerRecord[] {
  if (Array.isArray(value)) return value.map((record: unknown) => ({ value: { record } }))
  if (!isJsonObject(value) || !Array.isArray(value['logEvents'])) return [{ value: { record: value } }]
  // CloudWatch Logs says now and then that it is there.
  if (value['messageType'] === 'CONTROL_MESSAGE') return []
  const { logEvents, messageType: _type, subscriptionFilters: _filters, ...cloudwatch } = value
  return logEvents.filter(isJsonObject).map(({ id, timestamp, message }) => ({
    value: {
      record: message,
      timestamp,
      around: { cloudwatch },
      ...(typeof id === 'string' && { key: `cloudwatch:${id}` }),
    },
  }))
}
