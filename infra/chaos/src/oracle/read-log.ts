import { readFile } from 'node:fs/promises'

/** Pino's number for `error`. */
const errorLevel = 50

/** The shape of a line that the services' logger writes. */
export interface LogEntry {
  level: number
  name: string
  msg: string
  /** Of the answer, in the line about a request. */
  status?: number
  err?: { message: string }
  /** How many batches the line is about. */
  batches?: number
}

/** A line of a service's log: an entry of its logger, or whatever else the process wrote. */
export type LogLine = LogEntry | string

/** Every line of a log; empty when the service never ran. */
export async function readLog(logFile: string): Promise<LogLine[]> {
  const text = await readFile(logFile, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (line.startsWith('{"level"') ? parseEntry(line) : line))
}

function parseEntry(line: string): LogLine {
  try {
    // Only the logger begins a line so.
    return JSON.parse(line) as LogEntry
  } catch {
    // A process that was killed may leave half a line.
    return { level: 0, name: '', msg: '' }
  }
}

/** What a service wrote into its log and should not have, each kind once. */
export async function readTroubles(logFile: string): Promise<string[]> {
  return findTroubles(await readLog(logFile), [])
}

/** What a service wrote that no fault excuses, each kind once: errors, and what its logger did not write. */
export function findTroubles(lines: readonly LogLine[], excused: readonly RegExp[]): string[] {
  const counts = new Map<string, number>()
  for (const trouble of lines.map(toTrouble)) {
    if (trouble === undefined || excused.some((pattern) => pattern.test(trouble))) continue
    counts.set(trouble, (counts.get(trouble) ?? 0) + 1)
  }
  return [...counts].map(([trouble, count]) => `${count} × ${trouble}`)
}

function toTrouble(line: LogLine): string | undefined {
  if (typeof line === 'string') return line.slice(0, 300)
  const { level, name, msg, status, err } = line
  // Answers are counted by whoever gets them.
  if (level < errorLevel || status !== undefined) return undefined
  return [name, msg, err?.message ?? ''].join(': ')
}
