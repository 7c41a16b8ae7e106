import { isUtf8 } from 'node:buffer'
import { type Delivery, type JsonObject } from '../format.ts'
import type { Records } from '../read-records.ts'

const prefix = 'ce-'
const jsonType = /^(?:application|text)\/(?:[^;\s]+\+)?json$/
const textType = /^(?:text\/|application\/(?:[^;\s]+\+)?xml$|application\/x-www-form-urlencoded$)/

/** The record of a body, and the texts that were parsed for it. */
type BinaryEvent = Omit<Records, 'alteredNumbers'> & { texts: readonly string[] }

/**
 * Reads an event in CloudEvents' binary mode as if it had come in the structured one: its attributes are in the
 * headers, and the body, of any type, is its data. Undefined where the headers say nothing of the kind.
 */
export function readBinaryEvent(body: Buffer, delivery: Delivery): BinaryEvent | undefined {
  const { format, contentType, headers } = delivery
  if (headers['ce-specversion'] === undefined) return undefined
  if (format !== undefined && format !== 'cloudevents') return undefined
  if (contentType?.startsWith('application/cloudevents') === true) return undefined
  const event: JsonObject = {}
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(prefix)) event[name.slice(prefix.length)] = decodeHeader(value)
  }
  // The usual type is not passed on, as it says nothing of other bodies.
  if (contentType !== undefined) event['datacontenttype'] = contentType
  const texts = body.length === 0 ? [] : addData(event, body, contentType ?? 'application/json')
  return { records: [{ value: event }], isSingle: true, ignored: [], hasEscapes: true, texts }
}

/** Gives what was parsed. Data that is not what it says is kept as what it is. */
function addData(event: JsonObject, body: Buffer, type: string): string[] {
  const isText = isUtf8(body) && (jsonType.test(type) || textType.test(type)) && !body.includes(0)
  if (!isText) {
    event['data_base64'] = body.toString('base64')
    return []
  }
  const text = body.toString('utf8')
  const data = jsonType.test(type) ? parse(text) : undefined
  event['data'] = data === undefined ? text : data
  return data === undefined ? [] : [text]
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The text that a header stands for. The binding encodes what is not printable ASCII as percent signs and UTF-8;
 * clients also send it as it is, which Node gives as Latin-1.
 */
function decodeHeader(value: string): string {
  const bytes = Buffer.from(value, 'latin1')
  const text = isUtf8(bytes) ? bytes.toString('utf8') : value
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
