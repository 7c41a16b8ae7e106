import { isUtf8 } from 'node:buffer'
import type { Delivery } from '../format.ts'
import type { Records } from '../read-records.ts'

const textTypes: ReadonlySet<string> = new Set(['text/plain', 'application/x-www-form-urlencoded'])
const noNumbers: ReadonlySet<number> = new Set()
const lineEnd = 0x0a

/** Whether what is no JSON in a body may be text. syslog-ng sends text as a form, and says more about it in headers. */
export function isTextDelivery(delivery: Delivery): boolean {
  const { format, contentType } = delivery
  if (isOnlyText(delivery)) return true
  return (format === undefined || format === 'syslog-ng') && textTypes.has(contentType ?? '')
}

/** Whether a body is text even if it is JSON: a message, of which a header or the path says so. */
export function isOnlyText(delivery: Delivery): boolean {
  return delivery.format === 'text' || isSyslogMessage(delivery)
}

/** Whether the body is one message that syslog-ng describes in headers. */
export function isSyslogMessage({ format, headers }: Delivery): boolean {
  if (format !== undefined && format !== 'syslog-ng') return false
  return headers['x-syslog-host'] !== undefined || headers['x-syslog-program'] !== undefined
}

/**
 * Reads text, one record `{"message":…}` a line, blank lines left out; a message of syslog-ng is one record, however
 * many lines it has. A line that is not UTF-8 is read as Latin-1, in which every byte is a character.
 */
export function readTextBody(body: Buffer, delivery: Delivery): Records {
  const lines = isSyslogMessage(delivery) ? [withoutLineEnd(body)] : splitLines(body)
  const records = lines
    .map((line) => line.toString(isUtf8(line) ? 'utf8' : 'latin1').replace(/^\uFEFF/, ''))
    .filter((message) => message.trim() !== '')
    .map((message) => ({ value: { message } }))
  return {
    records,
    isSingle: records.length === 1,
    ignored: [],
    hasEscapes: true,
    alteredNumbers: () => noNumbers,
  }
}

function splitLines(body: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = body.indexOf(lineEnd); end !== -1; end = body.indexOf(lineEnd, start)) {
    lines.push(withoutLineEnd(body.subarray(start, end)))
    start = end + 1
  }
  lines.push(body.subarray(start))
  return lines
}

function withoutLineEnd(line: Buffer): Buffer {
  let end = line.length
  while (end > 0 && (line[end - 1] === 0x0a || line[end - 1] === 0x0d)) end -= 1
  return line.subarray(0, end)
}
