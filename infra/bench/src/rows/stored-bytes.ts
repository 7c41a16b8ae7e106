import { EventMaker } from '../events/event-maker.ts'
import { emptyNaiveTable } from '../peers/naive-store.ts'
import { loadDataset } from '../rig/dataset.ts'
import type { Rig } from '../rig/open-rig.ts'
import { readNumber } from '../rig/stored.ts'
import type { RowGroup } from './row-group.ts'

const naiveEvents = 50_000

const ofIndex = (name: string) =>
  `(select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = '${name}'::regclass)`

const sizeOf: Readonly<Record<string, string>> = {
  rows: `(select sum(pg_table_size(relid)) from pg_partition_tree('log_events') where isleaf)`,
  'index of times': ofIndex('log_events_time'),
  'index of identities': ofIndex('log_events_identity'),
  'index of keys': ofIndex('log_events_api_key'),
  'rollup cells': `pg_table_size('rollup_cells')`,
  'their index': `pg_indexes_size('rollup_cells')`,
  dimensions: `pg_total_relation_size('rollup_dimensions')`,
  uniques: `pg_total_relation_size('unique_cells')`,
  deltas: `(pg_total_relation_size('rollup_deltas') + pg_total_relation_size('unique_deltas'))`,
  batches: `(pg_total_relation_size('batches') + pg_total_relation_size('event_keys'))`,
}

/** Bytes on the disk for each event of the smaller week of data, after VACUUM, beside the bytes of its JSON. */
export function storedBytes(events: number): RowGroup {
  return {
    names: ['bytes'],
    async run(rig) {
      const { jsonBytes, verified } = await loadDataset(rig, events)
      const parts: string[] = []
      let total = 0
      for (const [name, sql] of Object.entries(sizeOf)) {
        const perEvent = (await readNumber(rig.store.pool, `select ${sql} as value`)) / events
        parts.push(`${name} ${perEvent.toFixed(0)} B`)
        total += perEvent
      }
      return {
        measured: [
          { name: 'bytes', ours: total, baseline: jsonBytes / events, naive: await measureNaiveBytes(rig) },
        ],
        verified: [`bytes: ${verified}`],
        notes: [`Stored for each event: ${parts.join(', ')}.`],
      }
    },
  }
}

async function measureNaiveBytes(rig: Rig): Promise<number> {
  const { pool } = rig.naive
  await emptyNaiveTable(rig)
  const maker = new EventMaker(3)
  const events = Array.from({ length: naiveEvents }, () => maker.next(new Date().toISOString()))
  await pool.query(
    `insert into naive_events (event_type, session_id, source, level, occurred_at, payload)
     select e->>'event_type', e->>'session_id', e->>'source', e->>'level', (e->>'timestamp')::timestamptz, e->'payload'
     from jsonb_array_elements($1::jsonb) as e`,
    [JSON.stringify(events)],
  )
  await pool.query('vacuum naive_events')
  return (await readNumber(pool, `select pg_total_relation_size('naive_events') as value`)) / naiveEvents
}
