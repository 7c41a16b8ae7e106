import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { anEvent } from '@weir/database/testing'
import type { Pool } from 'pg'
import { z } from 'zod'
import { filterParameters, toFilters } from './filters.ts'
import { openTestApp, type TestApp } from './open-test-app.ts'
import { findEvent } from './queries/find-event.ts'
import { listEvents } from './queries/list-events.ts'
import { listEventTypes } from './queries/list-event-types.ts'
import { measure } from './queries/measure.ts'
import { SketchCache } from './sketch-cache.ts'

const dayMs = 86_400_000
const days = 5
const perDay = 8_000
/** Noon of today, UTC: every event lies in one of five whole days before it. */
const noonMs = Math.floor(Date.now() / dayMs) * dayMs + dayMs / 2

let service: TestApp
let someId = ''

beforeAll(async () => {
  service = await openTestApp()
  for (let day = 1; day <= days; day += 1) {
    const events = Array.from({ length: perDay }, (_none, index) =>
      anEvent({
        occurred_at: new Date(noonMs - day * dayMs + Math.floor((index * dayMs) / 3 / perDay)).toISOString(),
        event_type: index === 4_000 && day === 3 ? 'rare' : 'common',
        level: index % 4_000 === 1 ? 'critical' : 'info',
        session_id: `s${day}-${Math.floor(index / 20)}`,
        user_id: `u${(index * 7_919) % 900}`,
        api_key_id: index < 100 ? `k${day}` : null,
        client_ip: `10.0.${index % 200}.1`,
        request_id: `r${day}-${index}`,
        trace_id: `t${day}-${index}`,
        path: `/p/${index}`,
        duration_ms: index,
        payload: JSON.stringify({ filler: 'x'.repeat(200) }),
      }),
    )
    someId = events[10]?.id ?? ''
    await service.store(events)
  }
  await service.fold()
  await service.database.pool.query('vacuum analyze log_events')
  const { rows } = await service.database.pool.query<{ index: string }>(
    `select indexrelid::regclass::text as index from pg_index join pg_class on pg_class.oid = indexrelid
     join pg_am on pg_am.oid = relam where amname = 'brin' and pg_class.relkind = 'i'`,
  )
  for (const { index } of rows)
    await service.database.pool.query('select brin_summarize_new_values($1)', [index])
  await service.database.pool.query('vacuum analyze rollup_cells')
}, 120_000)

afterAll(async () => {
  await service[Symbol.asyncDispose]()
})

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  Plans?: PlanNode[]
}

/** What a scan of a table did. Scans that never ran are left out. */
interface Scan {
  node: string
  relation: string
  loops: number
  read: number
}

const planRows = z.array(z.object({ 'QUERY PLAN': z.array(z.object({ Plan: z.custom<PlanNode>() })) }))

const partitions = /^log_events_\d/

/** Runs a question and gives how each partition of `log_events` was read for it, by the plans that ran. */
async function scansOf(ask: (db: Pool) => Promise<unknown>, tables = partitions): Promise<Scan[]> {
  const { pool } = service.database
  const scans: Scan[] = []
  type Query = { text: string; values: unknown[] } | string
  const watch = (query: (config: Query) => Promise<unknown>) => async (config: Query) => {
    if (typeof config === 'string') return query(config)
    const { text, values } = config
    const explained = await query({ text: `explain (analyze, format json) ${text}`, values })
    const { rows } = z.object({ rows: planRows }).parse(explained)
    for (const row of rows) for (const { Plan } of row['QUERY PLAN']) collect(Plan, scans, tables)
    return query({ text, values })
  }
  // Only `query` and `connect` are asked of it.
  const watched = {
    query: watch((config) => pool.query(config as string)),
    connect: async () => {
      const client = await pool.connect()
      return { query: watch((config) => client.query(config as string)), release: () => client.release() }
    },
  } as unknown as Pool
  await ask(watched)
  return scans
}

function collect(plan: PlanNode, scans: Scan[], tables: RegExp): void {
  const relation = plan['Relation Name'] ?? ''
  if (tables.test(relation) && plan['Actual Loops'] > 0) {
    const removed = (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0)
    scans.push({
      node: plan['Node Type'],
      relation,
      loops: plan['Actual Loops'],
      read: (plan['Actual Rows'] + removed) * plan['Actual Loops'],
    })
  }
  for (const child of plan.Plans ?? []) collect(child, scans, tables)
}

const filterSchema = z.strictObject(filterParameters)

function list(filters: Record<string, string>, fromMs?: number, toMs?: number) {
  return (db: Pool) =>
    listEvents(
      db,
      {
        projectId: 1,
        filters: toFilters(filterSchema.parse(filters)),
        fromMs,
        toMs,
        after: undefined,
        offset: 0,
        limit: 51,
      },
      noonMs,
    )
}

/** Whether a table that holds anything was read whole. */
function isWholeTable({ node, read }: Scan): boolean {
  return node === 'Seq Scan' && read > 0
}

function readOf(scans: readonly Scan[]): number {
  return scans.reduce((sum, { read }) => sum + read, 0)
}

test('the newest events are the end of the primary key', async () => {
  const scans = await scansOf(list({}))
  expect(scans.filter(isWholeTable)).toEqual([])
  expect(readOf(scans)).toBeLessThan(500)
})

test.each([
  ['session_id', 's4-100'],
  ['user_id', 'u5'],
  ['api_key_id', 'k3'],
  ['api_key_id', 'none'],
  ['client_ip', '10.0.7.1'],
  ['request_id', 'r5-77'],
  ['trace_id', 't5-4321'],
  ['path', '/p/4567'],
  ['request_id', 'none'],
])('a lookup by %s (%s) goes through the index of identities', async (name, value) => {
  const scans = await scansOf(list({ [name]: value }))
  expect(scans.filter(isWholeTable)).toEqual([])
  expect(scans.some(({ node }) => node === 'Bitmap Heap Scan')).toBe(true)
  if (name !== 'user_id' && name !== 'client_ip') expect(readOf(scans)).toBeLessThan((days * perDay) / 4)
})

test('a rare type is read where rollups say that it is', async () => {
  const scans = await scansOf(list({ event_type: 'rare' }))
  expect(scans.filter(isWholeTable)).toEqual([])
  expect(readOf(scans)).toBeLessThan(1_000)
})

test('a rare level, which has no index, is read where rollups say that it is', async () => {
  const scans = await scansOf(list({ level: 'critical' }))
  expect(readOf(scans)).toBeLessThan(12_000)
})

test('a common type is the end of the primary key', async () => {
  const scans = await scansOf(list({ event_type: 'common' }))
  expect(scans.filter(isWholeTable)).toEqual([])
  expect(readOf(scans)).toBeLessThan(2_000)
})

test.each([{}, { event_type: 'common' }, { user_id: 'u5' }, { q: 'nowhere' }])(
  'only the days of the range are looked into for %j',
  async (filters) => {
    const fromMs = noonMs - 3 * dayMs
    const scans = await scansOf(list(filters, fromMs, fromMs + 3_600_000))
    const wanted = `log_events_${new Date(fromMs).toISOString().slice(0, 10).replaceAll('-', '')}`
    expect(scans.filter(isWholeTable)).toEqual([])
    expect(new Set(scans.map(({ relation }) => relation))).toEqual(new Set([wanted]))
  },
)

test('one event is one row of one partition', async () => {
  const scans = await scansOf((db) => findEvent(db, 1, someId))
  expect(scans.map(({ node }) => node)).toEqual(['Index Scan'])
  expect(readOf(scans)).toBe(1)
})

test('event types read the newest event of each type', async () => {
  const scans = await scansOf((db) => listEventTypes(db, 1))
  expect(readOf(scans)).toBeLessThan(1_000)
})

test('analytics from rollups read no event', async () => {
  const scans = await scansOf((db) =>
    measure(db, new SketchCache(), {
      scope: { projectId: 1, fromMs: noonMs - 7 * dayMs, toMs: noonMs, filters: toFilters({}) },
      startsMs: [noonMs - 7 * dayMs],
      settledMs: noonMs - dayMs,
      groupBy: ['event_type'],
      measures: ['events'],
      histograms: ['duration_histogram'],
      orderBy: ['events'],
      maxGroups: 10,
    }),
  )
  expect(scans).toEqual([])
})

test('cells are read once for all dimensions, though the planner knows nothing of these yet', async () => {
  const types = Array.from({ length: 80 }, (_none, index) => `type-${index}`)
  const atMs = noonMs - 10 * dayMs
  for (let day = 0; day < 8; day += 1) {
    const occurredAt = new Date(atMs + day * dayMs).toISOString()
    await service.store(
      types.map((type) => anEvent({ project_id: 2, event_type: type, occurred_at: occurredAt })),
    )
  }
  await service.fold()
  await service.database.pool.query('vacuum analyze rollup_cells')
  const scope = { projectId: 2, fromMs: atMs, toMs: noonMs, filters: toFilters({}) }
  const scans = await scansOf(
    (db) =>
      measure(db, new SketchCache(), {
        scope,
        startsMs: [atMs],
        settledMs: noonMs - dayMs,
        groupBy: ['event_type'],
        measures: ['events'],
        histograms: [],
        orderBy: ['events'],
        maxGroups: 100,
      }),
    /^rollup_cells$/,
  )
  // Once for each run of buckets of one size.
  expect(Math.max(...scans.map(({ loops }) => loops))).toBeLessThanOrEqual(5)
})

test('analytics of one session read its events by the index', async () => {
  const scans = await scansOf((db) =>
    measure(db, new SketchCache(), {
      scope: {
        projectId: 1,
        fromMs: noonMs - 7 * dayMs,
        toMs: noonMs,
        filters: toFilters({ session_id: 's4-100' }),
      },
      startsMs: [noonMs - 7 * dayMs],
      settledMs: noonMs - dayMs,
      groupBy: ['event_type'],
      measures: ['events'],
      histograms: [],
      orderBy: ['events'],
      maxGroups: 10,
    }),
  )
  expect(scans.filter(isWholeTable)).toEqual([])
  expect(readOf(scans)).toBeLessThan((days * perDay) / 4)
})
