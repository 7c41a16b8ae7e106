import { expect, test } from '@jest/globals'
import { decodeField, encodeRow, rollupDimensions, type CanonicalEvent } from '@weir/events'
import * as fc from 'fast-check'
import { addCoarsely, addDuration, mergeHistogram, type Histogram } from './histogram.ts'
import { addValue, mergeRegisters, type Registers } from './hyperloglog.ts'
import { longestTtftMs } from './llm-counts.ts'
import { finestGrainSeconds, RollupAccumulator } from './rollup-accumulator.ts'
import { deltaColumns, uniqueDeltaColumns } from './rollup-columns.ts'
import { anEvent } from './testing.ts'

type Row = Record<string, string | null>

function readRows(text: string, columns: readonly string[]): Row[] {
  if (text === '') return []
  return text.split('\n').map((line) => {
    const fields = line.split('\t')
    expect(fields).toHaveLength(columns.length)
    return Object.fromEntries(columns.map((column, index) => [column, decodeField(fields[index])]))
  })
}

function accumulate(events: readonly CanonicalEvent[]): { cells: Row[]; uniques: Row[] } {
  const rollups = new RollupAccumulator()
  for (const event of events) rollups.add(encodeRow(event))
  const dimensions = rollups.dimensions()
  const positions = dimensions.map((_dimensions, index) => index)
  return {
    // As a join with the dimensions would show them.
    cells: readRows(rollups.deltaRows(positions), deltaColumns).map(({ dimensions_id: id, ...cell }) => ({
      ...cell,
      ...Object.fromEntries(
        (dimensions[Number(id)]?.text ?? '')
          .split('\t')
          .map((field, i) => [rollupDimensions[i], decodeField(field)]),
      ),
    })),
    uniques: readRows(rollups.uniqueDeltaRows(), uniqueDeltaColumns),
  }
}

const toBytes = (hex: string | null | undefined) => Buffer.from((hex ?? '').replace('\\x', ''), 'hex')
const bucketOf = (instant: string) =>
  new Date(
    Math.floor(Date.parse(instant) / (finestGrainSeconds * 1_000)) * finestGrainSeconds * 1_000,
  ).toISOString()

const scale = 40
/** A decimal, exponent or not, as a whole number of 10^-40. */
function toUnits(decimal: string): bigint {
  const [mantissa = '', exponent = '0'] = decimal.split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return BigInt(whole + fraction) * 10n ** BigInt(scale - fraction.length + Number(exponent))
}

const sumOf = (events: readonly CanonicalEvent[], column: keyof CanonicalEvent) =>
  events.reduce((sum, event) => sum + Number(event[column] ?? 0), 0)

const unlessZero = (number: number) => (number === 0 ? null : String(number))

const tokensOf = ({ total_tokens: total, input_tokens: input, output_tokens: output }: CanonicalEvent) =>
  total ?? (input ?? 0) + (output ?? 0)

const isTtftPossible = ({ ttft_ms: ttftMs, duration_ms: durationMs }: CanonicalEvent) =>
  ttftMs !== null && ttftMs <= longestTtftMs && (durationMs === null || ttftMs <= durationMs)

/** Tokens out a second, after the first one where there is a time of it. */
function speedOf(event: CanonicalEvent): number | undefined {
  const { output_tokens: output, duration_ms: durationMs, ttft_ms: ttftMs } = event
  if (output === null || output === 0 || durationMs === null || durationMs === 0) return undefined
  const waitedMs = isTtftPossible(event) && ttftMs !== durationMs ? (ttftMs ?? 0) : 0
  return (output * 1_000) / (durationMs - waitedMs)
}

/** The same answer by another way: group the events, then count each group. */
function recount(events: readonly CanonicalEvent[]): Map<string, Row> {
  const keyOf = (event: CanonicalEvent) =>
    JSON.stringify([
      bucketOf(event.occurred_at),
      event.project_id,
      ...rollupDimensions.map((name) => event[name]),
    ])
  return new Map(
    [...Map.groupBy(events, keyOf)].map(([key, group]) => {
      const durations = group.flatMap(({ duration_ms: durationMs }) => durationMs ?? [])
      const priced = group.flatMap(({ cost_usd: cost }) => cost ?? [])
      const sums = [
        'input_tokens',
        'output_tokens',
        'cached_tokens',
        'cache_write_tokens',
        'reasoning_tokens',
      ] as const
      const more = ['total_tokens', 'bytes_in', 'bytes_out'] as const
      const calls = group.filter((one) => one.llm_model !== null)
      const unpriced = calls.filter((one) => one.cost_usd === null && tokensOf(one) > 0)
      return [
        key,
        {
          events: String(group.length),
          last_at:
            group
              .map(({ occurred_at: at }) => at)
              .toSorted()
              .at(-1) ?? null,
          ...Object.fromEntries(
            [...sums, ...more].map((column) => [column, unlessZero(sumOf(group, column))]),
          ),
          priced: unlessZero(priced.length),
          cost_usd: String(priced.reduce((sum, cost) => sum + toUnits(cost), 0n)),
          duration_count: unlessZero(durations.length),
          duration_sum_ms: unlessZero(durations.reduce((sum, durationMs) => sum + durationMs, 0)),
          duration_max_ms: durations.length === 0 ? null : String(Math.max(...durations)),
          cache_hits: unlessZero(calls.filter((one) => one.cache_hit === true).length),
          impossible_ttft: unlessZero(
            group.filter((one) => one.ttft_ms !== null && !isTtftPossible(one)).length,
          ),
          unpriced: unlessZero(unpriced.length),
          unpriced_tokens: unlessZero(unpriced.reduce((sum, one) => sum + tokensOf(one), 0)),
          cache_saved_usd: null,
        },
      ]
    }),
  )
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const tokens = maybe(fc.integer({ min: 0, max: 2_147_483_647 }))
const bytes = maybe(fc.integer({ min: 0, max: 1e12 }))
const cost = fc.oneof(
  // What an LLM call costs, and what nothing costs.
  fc.integer({ min: 0, max: 99_999 }).map((micros) => String(micros / 1e6)),
  fc
    .tuple(fc.nat({ max: 99_999 }), fc.nat({ max: 999_999_999 }))
    .map(([whole, nanos]) => `${whole}.${String(nanos).padStart(9, '0')}`),
  fc
    .double({ min: 0, max: 1e11, noNaN: true })
    .map((number) => String(number === 0 ? 0 : Math.max(number, 1e-20))),
  fc
    .tuple(fc.nat(), fc.nat({ max: 999_999 }))
    .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(6, '0')}`),
)
const occurredAt = fc
  .integer({ min: Date.UTC(2026, 10, 20, 10), max: Date.UTC(2026, 10, 20, 11) })
  .map((ms) => new Date(ms).toISOString())
const event: fc.Arbitrary<CanonicalEvent> = fc
  .record({
    project_id: fc.constantFrom(1, 2),
    occurred_at: occurredAt,
    event_type: fc.constantFrom('a', 'b'),
    service: maybe(fc.constantFrom('x', 'tab\there', 'line\nend', 'back\\slash', '\\N')),
    status_code: maybe(fc.constantFrom(200, 500)),
    llm_model: maybe(fc.constantFrom('m', '😀')),
    duration_ms: maybe(fc.integer({ min: 0, max: 1e6 })),
    ttft_ms: maybe(
      fc.oneof(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(longestTtftMs, longestTtftMs + 1)),
    ),
    cache_hit: maybe(fc.boolean()),
    payload: fc.constantFrom('{}', '{"a":1}'),
    input_tokens: tokens,
    output_tokens: tokens,
    cached_tokens: tokens,
    cache_write_tokens: tokens,
    reasoning_tokens: tokens,
    total_tokens: tokens,
    bytes_in: bytes,
    bytes_out: bytes,
    cost_usd: maybe(cost),
    user_id: maybe(fc.constantFrom('u1', 'u2', 'u\\3')),
    session_id: maybe(fc.constantFrom('s1', 's2')),
    client_ip: maybe(fc.constantFrom('192.0.2.1', '2001:db8::1')),
  })
  .map(anEvent)

test('cells equal a recount of the events, whatever they hold', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const { cells } = accumulate(events)
      const expected = recount(events)
      const found = new Map(
        cells.map(({ duration_histogram: _d, ttft_histogram: _t, speed_histogram: _s, ...cell }) => {
          const dimensions = rollupDimensions.map((name) =>
            name === 'status_code' && cell[name] !== null ? Number(cell[name]) : cell[name],
          )
          const { bucket_at: bucketAt, project_id: projectId, ...measures } = cell
          for (const name of rollupDimensions) delete measures[name]
          const key = JSON.stringify([bucketAt, Number(projectId), ...dimensions])
          return [key, { ...measures, cost_usd: String(toUnits(measures['cost_usd'] ?? '0')) }]
        }),
      )
      expect(found).toEqual(expected)
    }),
  )
})

test('histograms of all cells together are those of all events', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const { cells } = accumulate(events)
      const ttftOf = (one: CanonicalEvent) => (isTtftPossible(one) ? one.ttft_ms : null)
      for (const [column, valueOf, addTo] of [
        ['duration_histogram', (one: CanonicalEvent) => one.duration_ms, addDuration],
        ['ttft_histogram', ttftOf, addDuration],
        ['speed_histogram', (one: CanonicalEvent) => speedOf(one) ?? null, addCoarsely],
      ] as const) {
        const expected: Histogram = new Map()
        for (const one of events) {
          const value = valueOf(one)
          if (value !== null) addTo(expected, value)
        }
        const merged: Histogram = new Map()
        for (const cell of cells) mergeHistogram(merged, toBytes(cell[column]))
        expect(merged).toEqual(expected)
      }
    }),
  )
})

test('sketches of all cells together are those of all values, each kind by itself', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const { uniques } = accumulate(events)
      for (const [kind, column] of [
        ['user', 'user_id'],
        ['session', 'session_id'],
        ['visitor', 'client_ip'],
      ] as const) {
        const expected: Registers = new Map()
        for (const { [column]: value } of events) if (value !== null) addValue(expected, value)
        const merged: Registers = new Map()
        for (const row of uniques) if (row['kind'] === kind) mergeRegisters(merged, toBytes(row['registers']))
        expect(merged).toEqual(expected)
      }
    }),
  )
})

test('costs add up exactly, however different their sizes', () => {
  fc.assert(
    fc.property(fc.array(cost, { minLength: 1, maxLength: 60 }), (costs) => {
      const { cells } = accumulate(
        costs.map((costUsd) => anEvent({ occurred_at: '2026-11-20T10:00:00.000Z', cost_usd: costUsd })),
      )
      expect(toUnits(cells[0]?.['cost_usd'] ?? '0')).toBe(costs.reduce((sum, one) => sum + toUnits(one), 0n))
    }),
  )
})

test.each([
  [['0.1', '0.2'], '3e-1'],
  [['0.0123', '1e-7'], '123001e-7'],
  [['999999999999', '0.000000000000000001'], '999999999999000000000000000001e-18'],
  [['1.5e+3', '1E2'], '1600'],
  [['0'], '0'],
])('costs of %p add up to %s', (costs, total) => {
  const { cells } = accumulate(
    costs.map((costUsd) => anEvent({ occurred_at: '2026-11-20T10:00:00.000Z', cost_usd: costUsd })),
  )
  expect(toUnits(cells[0]?.['cost_usd'] ?? '0')).toBe(toUnits(total))
})

test('the first and the last millisecond of a quarter of an hour are of one cell, the next is of another', () => {
  const at = ['10:00:00.000', '10:14:59.999', '10:15:00.000'].map((time) =>
    anEvent({ occurred_at: `2026-11-20T${time}Z` }),
  )
  expect(accumulate(at).cells.map(({ bucket_at: bucketAt, events }) => [bucketAt, events])).toEqual([
    ['2026-11-20T10:00:00.000Z', '2'],
    ['2026-11-20T10:15:00.000Z', '1'],
  ])
})

test('an unknown cost is not a cost of zero', () => {
  const { cells } = accumulate([anEvent({ cost_usd: null })])
  expect(cells[0]).toMatchObject({ priced: null })
  expect(accumulate([anEvent({ cost_usd: '0' })]).cells[0]).toMatchObject({ priced: '1' })
})

test('an estimated cost counts as a cost, and what a cache saved may be less than nothing', () => {
  const rollups = new RollupAccumulator()
  const call = anEvent({ llm_model: 'm', input_tokens: 10, occurred_at: '2026-11-20T10:00:00.000Z' })
  rollups.add(encodeRow(call), { costUsd: '0.25', savedUsd: '-0.5' })
  rollups.add(encodeRow(call), { costUsd: '0.5', savedUsd: '0.125' })
  rollups.add(encodeRow({ ...call, cost_usd: '1' }), { costUsd: null, savedUsd: '0.0625' })
  const [cell] = readRows(rollups.deltaRows([1]), deltaColumns)
  expect(cell).toMatchObject({
    priced: '3',
    cost_usd: '1.75',
    cache_saved_usd: '-0.3125',
    unpriced: null,
  })
})
