import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { until } from '@weir/chaos/wait'
import type { StoredEvent, Weir } from '../weir.ts'

const storedDeadlineMs = 30_000

/** Runs a program of `senders/` to its end, and gives what it wrote. Rejects with that when it fails. */
export async function runSender(name: string, env: Readonly<Record<string, string>>): Promise<string> {
  const file = new URL(`senders/${name}.ts`, import.meta.url).pathname
  // oxlint-disable-next-line node/no-process-env -- it needs the PATH and the like
  const child = spawn(process.execPath, [file], { env: { ...process.env, ...env, NODE_OPTIONS: '' } })
  const [output, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  if (code !== 0) throw new Error(`${name} ended with ${code}:\n${output}\n${errors}`)
  return output + errors
}

/** Waits for that many events of a service, and gives them all, oldest first. */
export async function waitForService(
  { pool }: Pick<Weir, 'pool'>,
  service: string,
  count: number,
): Promise<StoredEvent[]> {
  let rows: StoredEvent[] = []
  await until(`${count} stored events of ${service}`, storedDeadlineMs, async () => {
    const statement = 'select * from log_events where service = $1 order by occurred_at, id'
    rows = (await pool.query<StoredEvent>(statement, [service])).rows
    return rows.length >= count
  })
  return rows
}
