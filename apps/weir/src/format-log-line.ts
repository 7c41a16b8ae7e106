import { styleText } from 'node:util'

const levelNames: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}
const unshown = new Set(['level', 'time', 'name', 'msg', 'err', 'pid', 'hostname'])

/** A line of a service's log as a person reads it. What is no JSON is shown as it is. */
export function formatLogLine(service: string, line: string): string {
  const label = service.padEnd(10)
  const entry = readEntry(line)
  if (entry === undefined) return `${label} ${line}`
  const level = Number(entry['level'])
  const name = (levelNames[level] ?? 'info').padEnd(5)
  const colour = level >= 50 ? 'red' : level >= 40 ? 'yellow' : 'dim'
  const time = typeof entry['time'] === 'number' ? new Date(entry['time']).toISOString().slice(11, 19) : ''
  const facts = Object.entries(entry)
    .filter(([key]) => !unshown.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const message = typeof entry['msg'] === 'string' ? entry['msg'] : ''
  const parts = [message, reasonOf(entry['err']), ...facts].filter((part) => part !== '')
  return `${label} ${time} ${styleText(colour, name)} ${parts.join('  ')}`
}

function readEntry(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    // JSON text that starts with a brace is an object; its members are unknown.
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return ''
  return `(${String(error.message).split('\n', 1)[0]})`
}
