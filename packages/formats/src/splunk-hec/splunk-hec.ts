import { isJsonObject, type Delivery, type Format, type JsonObject } from '../format.ts'
import type { Answer, Protocol } from '../protocol.ts'
import { parseJson, toBodyText, toRecords } from '../read-json.ts'
import type { RawRecord } from '../read-records.ts'
import { splitJson } from '../split-json.ts'
import { answerEvents, answerHec, eventBlank, eventRequired, failHec, noData } from './codes.ts'
import { translateEvent } from './translate-event.ts'

const format: Format = { name: 'splunk-hec', recognises: () => false, translate: translateEvent }

/** What the query says of all events; each may say it anew. */
const metadata = ['host', 'source', 'sourcetype', 'index'] as const

function metadataOf({ parameters = {} }: Delivery): JsonObject {
  return Object.fromEntries(
    metadata.flatMap((name) => (parameters[name] === undefined ? [] : [[name, parameters[name]]])),
  )
}

/** Splunk's HTTP Event Collector, for events. Table: docs/gateways/splunk-hec.md. */
export const splunkHec: Protocol = {
  name: 'splunk-hec',
  format,
  read(body, delivery) {
    const text = toBodyText(body)
    if (typeof text !== 'string') return text
    const around = metadataOf(delivery)
    const records = readValues(text).map((record) => check(record, around))
    return records.length === 0 ? noData : toRecords(records)
  },
  answer: answerEvents,
  fail: failHec,
}

/** The same for text, of which each line is an event. */
export const splunkHecRaw: Protocol = {
  ...splunkHec,
  name: 'splunk-hec-raw',
  read(body, delivery) {
    const text = toBodyText(body)
    if (typeof text !== 'string') return text
    const around = metadataOf(delivery)
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
    return lines.length === 0 ? noData : toRecords(lines.map((event) => ({ value: { ...around, event } })))
  },
}

/** Objects one behind the other, with or without something between; or a list of them. */
function readValues(text: string): RawRecord[] {
  if (/^\s*\[/.test(text)) {
    const list = parseJson(text)
    return Array.isArray(list.value) ? list.value.map((value: unknown) => ({ value })) : [list]
  }
  const { texts, rest } = splitJson(text)
  return [...texts, ...(rest === '' ? [] : [rest])].map(parseJson)
}

function check(record: RawRecord, around: JsonObject): RawRecord {
  if (record.refusal !== undefined || !isJsonObject(record.value)) return record
  const value = { ...around, ...record.value }
  if (value['event'] === undefined || value['event'] === null) return { refusal: eventRequired, value }
  return value['event'] === '' ? { refusal: eventBlank, value } : { value }
}

/** GET …/health, for load balancers and the senders that look before they send. */
export function answerHecHealth(isHealthy: boolean): Answer {
  return answerHec(isHealthy ? 'healthy' : 'unhealthy')
}

/** Nobody is told later which events were indexed: they are on the disk when they are answered. */
export function answerHecAck(): Answer {
  return answerHec('ackDisabled')
}
