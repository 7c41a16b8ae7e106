import { isJsonObject, type JsonObject } from './format.ts'

/** What stands before the message: `<190>`, or the time alone, as in a file that a syslog daemon wrote. */
const head = /^(?:<\d{1,3}>|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{4}-\d\d-\d\dT\S+ )/

/** Whether a line may be one of syslog. */
export function isSyslogLine(line: string): boolean {
  return head.test(line)
}

/**
 * The JSON object that is the message of a line of syslog: of `<190>Nov 21 00:47:38 host nginx: {…}`, what is in
 * braces, with what stood before it as `syslog`. Undefined for any other line.
 */
export function readSyslogLine(line: string): JsonObject | undefined {
  const at = isSyslogLine(line) ? line.indexOf('{') : -1
  if (at === -1) return undefined
  try {
    const value: unknown = JSON.parse(line.slice(at))
    return isJsonObject(value) ? { ...value, syslog: line.slice(0, at).trim() } : undefined
  } catch {
    return undefined
  }
}
