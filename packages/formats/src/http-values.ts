import { isIP } from 'node:net'
import { epochToMs, readTraceparent, toMilliseconds, toNumber, toText, toTimestamp } from './values.ts'

/** Readers of what access logs of gateways have in common. As in values.ts: undefined for what cannot be read. */

/** Text, or the first of a list of it, as headers are that may come twice. `-` says that there is none. */
export function toFirstText(value: unknown): string | undefined {
  const text = toText(Array.isArray(value) ? value[0] : value)?.trim()
  return text === '' || text === '-' ? undefined : text
}

/** A status of HTTP. Gateways write 0 or -1 where no answer was sent. */
export function toStatus(value: unknown): number | undefined {
  const number = toNumber(value)
  return number !== undefined && Number.isInteger(number) && number >= 100 && number <= 999
    ? number
    : undefined
}

/** An address without its port, the first of a list: of `10.0.0.7:5312`, `[::1]:80` and `10.0.0.7, 10.0.0.1`. */
export function toAddress(value: unknown): string | undefined {
  const first = toFirstText(value)?.split(',', 1)[0]?.trim() ?? ''
  const [, inBrackets, beforePort] = /^\[([^\]]+)\](?::\d+)?$|^([^:]+):\d+$/.exec(first) ?? []
  const address = inBrackets ?? beforePort ?? first
  return isIP(address) === 0 ? undefined : address
}

/** The trace's id in a header `traceparent`. */
export function toTraceId(value: unknown): string | undefined {
  return readTraceparent(toFirstText(value))?.trace_id
}

/** The span's id in a header `traceparent`. */
export function toSpanId(value: unknown): string | undefined {
  return readTraceparent(toFirstText(value))?.span_id
}

/** Milliseconds that are more than none: for times of which 0 says that they were not taken. */
export function toPositiveMilliseconds(value: unknown): number | undefined {
  const number = toMilliseconds(value)
  return number === 0 ? undefined : number
}

/** Milliseconds, of what nginx writes of all tries together, in seconds: `0.004, 0.020 : 0.001`. */
export function sumSecondsToMilliseconds(value: unknown): number | undefined {
  const parts = toText(value)?.split(/[,:]/) ?? []
  const seconds = parts.map(toNumber).filter((part) => part !== undefined)
  if (seconds.length === 0 || seconds.some((part) => part < 0)) return undefined
  const sum = seconds.reduce((total, part) => total + part, 0)
  return Math.round(sum * 1e9) / 1e6
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const commonLogTime =
  /^\[?(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2})(\.\d{1,9})? ([+-]\d{2})(\d{2})\]?$/

/** RFC 3339, of the Common Log Format's `21/Nov/2026:09:08:35 +0000`. */
export function readCommonLogTime(value: unknown): string | undefined {
  const [, day, name, year, time, fraction = '', hours, minutes] =
    commonLogTime.exec(typeof value === 'string' ? value : '') ?? []
  const month = months.indexOf(name ?? '') + 1
  if (month === 0) return undefined
  return `${year}-${String(month).padStart(2, '0')}-${day}T${time}${fraction}${hours}:${minutes}`
}

/** The country that a proxy in front wrote into a header, as two letters. Cloudflare writes `XX` for unknown. */
export function toCountry(value: unknown): string | undefined {
  const code = toFirstText(value)?.toUpperCase()
  return code !== undefined && /^[A-Z][A-Z0-9]$/.test(code) && code !== 'XX' ? code : undefined
}

/** Milliseconds since the epoch, of any epoch time or of RFC 3339. */
export function toEpochMs(value: unknown): number | undefined {
  const ms = epochToMs(value) ?? Date.parse(String(toTimestamp(value)))
  return Number.isNaN(ms) ? undefined : ms
}
