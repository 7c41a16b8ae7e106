import { withAllColumns, type BatchHeader } from '@weir/events'
import { isRefusal, readAgain, type EventLimits, type Refusal } from '@weir/formats'
import type { PriceBook } from '@weir/prices'
import type { Pool, PoolClient } from 'pg'
import { mayBeTheEvents } from './failure-class.ts'
import { EventLines } from './event-lines.ts'
import type { FreshRows } from './insert-batches.ts'
import { inTransaction } from './in-transaction.ts'
import { enterOutcomes, toOutcomes } from './outcomes.ts'
import { readProjectRedaction } from './project-redaction.ts'
import { messageOf, reasonOf } from './quarantine.ts'
import { writeRows } from './store-batches.ts'

/** What became of an event that someone wanted to be stored after all. */
export type Replayed = 'stored' | 'duplicate' | 'refused'

interface Wanted {
  id: string
  project_id: number
  accepted_hour: Date | null
  producer_id: string | null
  raw: Buffer
  /** How it came, where it is a record that no event could be made of; null for an event that cannot be stored. */
  context: unknown
}

/** What is known of the moment of a replay. */
export interface ReplayConditions {
  prices: PriceBook
  /** What an event may be that a record is read as. */
  limits: EventLimits
  /** Of the keyed hashes of redaction; undefined for the one that the database has. */
  redactionKey: string | undefined
}

/**
 * Stores one quarantined event whose replay was asked for, as if it came from the queue: event key, row, rollups,
 * account and the mark in the quarantine in one transaction, so that asking twice stores once. A record that was no
 * event is first read again. What is refused again stays, with the new reason. Resolves to undefined when no replay is
 * waiting. Throws when the database is in trouble; the event then goes on waiting.
 */
export function replayNext(pool: Pool, conditions: ReplayConditions): Promise<Replayed | undefined> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<Wanted>(
      `select id, project_id, accepted_hour, producer_id, raw, context from quarantine
       where replay_requested_at is not null and project_id is not null
       order by replay_requested_at, id limit 1 for update skip locked`,
    )
    const [wanted] = rows
    return wanted && replay(client, wanted, conditions)
  })
}

async function replay(client: PoolClient, wanted: Wanted, conditions: ReplayConditions): Promise<Replayed> {
  const rows = await toRows(client, wanted, conditions)
  if (isRefusal(rows)) {
    await keepRefused(client, wanted, rows.code, `${rows.detail} (${rows.pointer})`)
    return 'refused'
  }
  const fresh = toFresh(wanted, rows)
  await client.query('savepoint replay')
  try {
    const written = await writeRows(client, fresh, conditions.prices)
    const isStored = written.duplicates.length < rows.length
    // What was accepted as one counts as one, whatever it turned out to be.
    const asOne = fresh.segments.map((segment) => ({ ...segment, lines: segment.lines.slice(0, 1) }))
    await enterOutcomes(client, toOutcomes(asOne, { duplicates: isStored ? [] : [0], quarantined: [] }))
    const replayed = isStored ? 'stored' : 'duplicate'
    await client.query(
      'update quarantine set replayed_at = now(), replayed_as = $2, replay_requested_at = null where id = $1',
      [wanted.id, replayed],
    )
    return replayed
  } catch (error) {
    if (!mayBeTheEvents(error)) throw error
    await client.query('rollback to savepoint replay')
    await keepRefused(client, wanted, reasonOf(error), messageOf(error))
    return 'refused'
  }
}

async function keepRefused(
  client: PoolClient,
  { id }: Wanted,
  reason: string,
  detail: string,
): Promise<void> {
  await client.query(
    `update quarantine set reason = $2, detail = $3, failed_replays = failed_replays + 1, replay_requested_at = null
     where id = $1`,
    [id, reason, detail.replaceAll('\0', '')],
  )
}

/** A row for an event; those of the events that a record is by now; or why it still is none. */
async function toRows(
  client: PoolClient,
  { project_id: projectId, raw, context }: Wanted,
  { limits, redactionKey }: ReplayConditions,
): Promise<RowList | Refusal> {
  if (context === null) return [withAllColumns(raw)]
  const redact = await readProjectRedaction(client, projectId, redactionKey)
  const rows = readAgain({ projectId, raw: raw.toString('utf8'), context, redact }, limits)
  return isRefusal(rows) ? rows : rows.map((row) => Buffer.from(row))
}

type RowList = readonly Buffer[]

const lineEnd = Buffer.from('\n')

function toFresh(
  { id, project_id: projectId, accepted_hour: hour, producer_id: producer }: Wanted,
  rows: RowList,
): FreshRows {
  const header: BatchHeader = {
    v: 1,
    id,
    acceptedAt: (hour ?? new Date(0)).toISOString(),
    projects: { [projectId]: 1 },
    // They may have one; looking costs nothing here.
    keyed: rows.length,
    producer: producer ?? undefined,
  }
  const lines = EventLines.of(
    Buffer.concat(rows.flatMap((row, index) => (index === 0 ? [row] : [lineEnd, row]))),
  )
  return { segments: [{ header, projectIds: [String(projectId)], lines }], keyed: rows.length, refused: [] }
}
