import { verifyRollups } from '@weir/database'
import { sleep } from '@weir/runtime'
import type { Pool } from 'pg'
import { emptyTables } from './bench-database.ts'
import type { Rig } from './open-rig.ts'

const pollMs = 25
const quietMs = 500
const noProgressMs = 120_000

/** Waits until a number is reached. Rejects when it stands still for two minutes. */
export async function untilReached(
  read: () => Promise<number>,
  goal: number,
  isReached = (value: number) => value >= goal,
): Promise<void> {
  let last = -1
  let changedAtMs = performance.now()
  for (;;) {
    const value = await read()
    if (isReached(value)) return
    if (value !== last) changedAtMs = performance.now()
    last = value
    if (performance.now() - changedAtMs > noProgressMs)
      throw new Error(`Stuck at ${value}, waiting for ${goal}.`)
    await sleep(pollMs)
  }
}

/** Resolves when the store has so many events. */
export async function untilStored({ store }: Rig, events: number): Promise<void> {
  await untilReached(
    () => readNumber(store.pool, 'select coalesce(sum(event_count), 0) as value from batches'),
    events,
  )
}

/** Resolves when the rollups' deltas are merged into their cells. */
export async function untilFolded({ store }: Rig): Promise<void> {
  const waiting = `
    select (select count(*) from rollup_deltas) + (select count(*) from unique_deltas) as value`
  await untilReached(
    () => readNumber(store.pool, waiting),
    0,
    (value) => value === 0,
  )
}

/** Stores what is under way, then removes every event. The journal is empty afterwards too. */
export async function emptyStore(rig: Rig): Promise<void> {
  await rig.services.running('consumer')
  const batchesUnderWay = async (): Promise<number> => {
    const { queued, unconfirmed } = await readQueueStatus(rig)
    return queued + unconfirmed
  }
  await untilReached(batchesUnderWay, 0, (value) => value === 0)
  await emptyTables(rig.store.pool)
}

/** Resolves when the producer gives the queue nothing more: its length has been the same for half a second. */
export async function untilForwarded(rig: Rig): Promise<void> {
  let queued = -1
  let sameSinceMs = performance.now()
  while (performance.now() - sameSinceMs < quietMs) {
    await sleep(pollMs)
    const now = (await readQueueStatus(rig)).queued
    if (now !== queued) sameSinceMs = performance.now()
    queued = now
  }
}

async function readQueueStatus(rig: Rig): Promise<{ queued: number; unconfirmed: number }> {
  const { port } = await rig.services.running('producer')
  const response = await fetch(`http://127.0.0.1:${port}/queue/status`, {
    headers: { 'X-API-Key': rig.apiKey },
  })
  // The shape is that of the producer's route.
  const status = (await response.json()) as { queue_size: number; journal: { unconfirmed_batches: number } }
  return { queued: status.queue_size, unconfirmed: status.journal.unconfirmed_batches }
}

/** Throws unless the store has exactly the acknowledged events, and rollups that a recount confirms. */
export async function verifyStored(rig: Rig, acknowledged: number): Promise<string> {
  const { pool, db } = rig.store
  const { rows } = await pool.query<{ stored: string; different: string }>(
    'select count(*) as stored, count(distinct id) as different from log_events',
  )
  const stored = Number(rows[0]?.stored)
  const different = Number(rows[0]?.different)
  if (stored !== acknowledged)
    throw new Error(`${acknowledged} events were acknowledged, ${stored} are stored.`)
  if (different !== stored) throw new Error(`${stored - different} events are stored twice.`)
  const wrong = (await verifyRollups(db)).filter(({ isEqual }) => !isEqual)
  if (wrong.length > 0) {
    const [first] = wrong
    throw new Error(`The rollups differ: ${first?.measure} ${first?.rollups}, recounted ${first?.events}.`)
  }
  return `${acknowledged.toLocaleString('en')} acknowledged = stored, none twice, rollups = recount`
}

export async function readNumber(pool: Pool, query: string): Promise<number> {
  const { rows } = await pool.query<{ value: string | number }>(query)
  return Number(rows[0]?.value)
}
