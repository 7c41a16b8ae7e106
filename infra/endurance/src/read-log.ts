import { readFile } from 'node:fs/promises'

/** Pino's number for `error`. */
const errorLevel = 50

/** What a service wrote that no fault excuses, each kind once: errors, and what its logger did not write. */
export async function readTroubles(logFile: string): Promise<string[]> {
  const lines = (await readFile(logFile, 'utf8')).split('\n').filter((line) => line !== '')
  const counts = new Map<string, number>()
  for (const trouble of lines.map(toTrouble)) {
    if (trouble !== undefined) counts.set(trouble, (counts.get(trouble) ?? 0) + 1)
  }
  return [...counts].map(([trouble, count]) => `${count} × ${trouble}`)
}

/** The shape of a line that the services' logger writes. */
interface Entry {
  level: number
  name: string
  msg: string
  /** Of the answer, in the line about a request. */
  status?: number
  err?: { message: string }
}

function toTrouble(line: string): string | undefined {
  if (!line.startsWith('{"level"')) return line.slice(0, 300)
  // Only the logger begins a line so.
  const { level, name, msg, status, err } = JSON.parse(line) as Entry
  // Answers are counted by whoever gets them.
  if (level < errorLevel || status !== undefined) return undefined
  return [name, msg, err?.message ?? ''].join(': ')
}
