import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { eventColumns } from '@weir/events'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { EventMaker } from '../events/event-maker.ts'
import { makeIntake, toRow } from '../events/to-row.ts'
import { emptyTables } from '../rig/bench-database.ts'
import type { Rig } from '../rig/open-rig.ts'
import { readNumber } from '../rig/stored.ts'
import { cpuSecondsOf } from '../system/processes.ts'

const eventsPerRequest = 100
const rowsPerChunk = 500
/** How much later each request of 100 events came than the one before. */
const requestIntervalMs = 2

/** Rows that the producer made of a stream of requests, as COPY's text, in chunks of 500. */
const chunks: Buffer[] = []
const maker = new EventMaker(1)

/** Makes rows up to this many; earlier ones are kept. They are copied into an empty table every time. */
function rowsUpTo(count: number): readonly Buffer[] {
  const wanted = Math.ceil(count / rowsPerChunk)
  const startedAtMs = Date.now()
  while (chunks.length < wanted) {
    const lines: string[] = []
    for (let request = 0; request < rowsPerChunk / eventsPerRequest; request += 1) {
      const atMs =
        startedAtMs + (chunks.length * (rowsPerChunk / eventsPerRequest) + request) * requestIntervalMs
      const intake = makeIntake(1, atMs)
      for (let i = 0; i < eventsPerRequest; i += 1)
        lines.push(toRow(maker.next(intake.receivedAt), intake, i))
    }
    chunks.push(Buffer.from(`${lines.join('\n')}\n`))
  }
  return chunks.slice(0, wanted)
}

/** What COPY of `count` rows into the empty table from one connection takes, and what its backend spends. */
export async function measureCopy(
  rig: Rig,
  count: number,
): Promise<{ 'events/s': number; 'µs CPU': number }> {
  const { pool } = rig.copyTarget
  const rows = rowsUpTo(count)
  await emptyTables(pool)
  await pool.query('checkpoint')
  const client = await pool.connect()
  try {
    const pid = await backendPid(client)
    const cpuBefore = cpuSecondsOf(pid)
    const startedAtMs = performance.now()
    await copyBuffers(client, rows)
    const durationMs = performance.now() - startedAtMs
    const cpuSeconds = cpuSecondsOf(pid) - cpuBefore
    const stored = await readNumber(pool, 'select count(*) as value from log_events')
    if (stored !== count) throw new Error(`COPY was given ${count} rows, ${stored} are there.`)
    return { 'events/s': (count / durationMs) * 1_000, 'µs CPU': (cpuSeconds / count) * 1e6 }
  } finally {
    client.release()
  }
}

async function copyBuffers(client: PoolClient, rows: readonly Buffer[]): Promise<void> {
  const columns = eventColumns.join(', ')
  const stream = client.query(copyFrom(`copy log_events (${columns}) from stdin with (null '')`))
  await pipeline(Readable.from(rows), stream)
}

/** The process that serves a connection. */
export async function backendPid(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid ?? 0
}
