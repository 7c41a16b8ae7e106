import { columnIndex as at, decodeField, rollupColumnCount } from '@weir/events'
import { DecimalSum } from './decimal-sum.ts'
import { addDuration, encodeHistogram, type Histogram } from './histogram.ts'
import { addValue, encodeRegisters, type Registers } from './hyperloglog.ts'
import { countLlm, noLlmCounts, type EstimatedCost, type LlmCounts } from './llm-counts.ts'
import type { Dimensions } from './rollup-dimensions.ts'
import { uniqueKinds, type UniqueKind } from './schema.ts'

/** Seconds of the finest bucket: every time zone's days begin on a multiple of it. */
export const finestGrainSeconds = 900

/** The sizes of bucket that are kept: a quarter of an hour, an hour, a UTC day. */
export const grainsSeconds = [finestGrainSeconds, 3_600, 86_400] as const

/** The summed measures of a cell that are whole numbers, by their index in a row. */
const sums = [
  at.input_tokens,
  at.output_tokens,
  at.cached_tokens,
  at.cache_write_tokens,
  at.reasoning_tokens,
  at.total_tokens,
  at.bytes_in,
  at.bytes_out,
]

interface Cell {
  dimensions: Dimensions
  bucketMs: number
  /** The time of the newest event, as text. */
  lastAt: string
  events: number
  sums: number[]
  priced: number
  cost: DecimalSum
  durationCount: number
  durationSumMs: number
  durationMaxMs: number | null
  duration: Histogram
  llm: LlmCounts
  /** The registers that the events of this cell belong to; other cells of the same type and service share them. */
  uniques: Record<UniqueKind, Registers>
}

interface UniqueCell {
  projectId: string
  eventType: string
  service: string
  bucketMs: number
  registers: Record<UniqueKind, Registers>
}

/**
 * Counts rows of batches into cells of a quarter of an hour: what a transaction appends to `rollup_deltas`
 * and `unique_deltas` for exactly the events that it stores.
 */
export class RollupAccumulator {
  readonly #cells = new Map<number, Map<string, Cell>>()
  readonly #uniques = new Map<string, UniqueCell>()
  readonly #buckets = new Map<string, number>()

  /**
   * Counts one row, given as `encodeRow` wrote it, with the cost that was estimated for it, if any. `fields` are at
   * least its leading `rollupColumnCount` ones.
   */
  add(
    row: string,
    estimated?: EstimatedCost,
    fields: readonly string[] = row.split('\t', rollupColumnCount),
  ): void {
    const cell = this.#cellOf(row, fields)
    const occurredAt = fields[at.occurred_at] ?? ''
    if (occurredAt > cell.lastAt) cell.lastAt = occurredAt
    count(cell, fields, estimated)
    countLlm(cell.llm, row, fields, estimated)
    addUnique(cell.uniques.user, fields[at.user_id])
    addUnique(cell.uniques.session, fields[at.session_id])
    addUnique(cell.uniques.visitor, fields[at.client_ip])
  }

  /** Parsing a time costs more than looking up its minute, and a batch has few minutes. */
  #bucketOf(occurredAt: string): number {
    const minute = occurredAt.slice(0, 16)
    let bucketMs = this.#buckets.get(minute)
    if (bucketMs === undefined) {
      const occurredMs = Date.parse(occurredAt)
      bucketMs = occurredMs - (occurredMs % (finestGrainSeconds * 1_000))
      this.#buckets.set(minute, bucketMs)
    }
    return bucketMs
  }

  #cellOf(row: string, fields: readonly string[]): Cell {
    const bucketMs = this.#bucketOf(fields[at.occurred_at] ?? '')
    // Project and dimensions as they stand in the row: the identity between them is cut out.
    const start = lengthOf(fields, 0, at.event_type)
    const dimensions = row.slice(start, start + lengthOf(fields, at.event_type, at.llm_operation + 1) - 1)
    const projectId = fields[at.project_id] ?? ''
    let ofBucket = this.#cells.get(bucketMs)
    if (ofBucket === undefined) this.#cells.set(bucketMs, (ofBucket = new Map()))
    const key = `${projectId}\t${dimensions}`
    let cell = ofBucket.get(key)
    if (cell === undefined) {
      const uniques = this.#uniquesOf(projectId, fields, bucketMs)
      ofBucket.set(key, (cell = createCell({ projectId, text: dimensions }, bucketMs, uniques)))
    }
    return cell
  }

  #uniquesOf(projectId: string, fields: readonly string[], bucketMs: number): Record<UniqueKind, Registers> {
    const eventType = fields[at.event_type] ?? ''
    const service = fields[at.service] ?? ''
    const key = `${bucketMs}\t${projectId}\t${eventType}\t${service}`
    let cell = this.#uniques.get(key)
    if (cell === undefined) {
      const registers = { user: new Map(), session: new Map(), visitor: new Map() }
      this.#uniques.set(key, (cell = { projectId, eventType, service, bucketMs, registers }))
    }
    return cell.registers
  }

  /** The dimensions of each cell, in the order of `deltaRows`. */
  dimensions(): Dimensions[] {
    return this.#allCells().map(({ dimensions }) => dimensions)
  }

  /** The cells as COPY text (`NULL ''`) of `deltaColumns`, given the id of the dimensions of each. */
  deltaRows(dimensionIds: readonly number[]): string {
    const rows = this.#allCells().map((cell, index) =>
      [
        new Date(cell.bucketMs).toISOString(),
        cell.lastAt,
        cell.dimensions.projectId,
        dimensionIds[index],
        cell.events,
        ...cell.sums.map(unlessZero),
        unlessZero(cell.priced),
        cell.cost.toString().replace(/^0$/, ''),
        unlessZero(cell.durationCount),
        unlessZero(cell.durationSumMs),
        cell.durationMaxMs,
        toCopyBytes(encodeHistogram(cell.duration)),
        toCopyBytes(encodeHistogram(cell.llm.ttft)),
        unlessZero(cell.llm.cacheHits),
        unlessZero(cell.llm.impossibleTtfts),
        unlessZero(cell.llm.unpriced),
        unlessZero(cell.llm.unpricedTokens),
        cell.llm.saved.toString().replace(/^0$/, ''),
        toCopyBytes(encodeHistogram(cell.llm.speed)),
      ].join('\t'),
    )
    return rows.join('\n')
  }

  #allCells(): Cell[] {
    return [...this.#cells.values()].flatMap((ofBucket) => [...ofBucket.values()])
  }

  /** The unique sketches as COPY text (`NULL ''`) of `uniqueDeltaColumns`. */
  uniqueDeltaRows(): string {
    const lines: string[] = []
    for (const { bucketMs, projectId, eventType, service, registers } of this.#uniques.values()) {
      const bucketAt = new Date(bucketMs).toISOString()
      for (const kind of uniqueKinds) {
        if (registers[kind].size === 0) continue
        const bytes = toCopyBytes(encodeRegisters(registers[kind]))
        lines.push([bucketAt, projectId, kind, eventType, service, bytes].join('\t'))
      }
    }
    return lines.join('\n')
  }
}

/** Nothing is written as null: it takes no room. */
function unlessZero(value: number): number | null {
  return value === 0 ? null : value
}

function createCell(dimensions: Dimensions, bucketMs: number, uniques: Record<UniqueKind, Registers>): Cell {
  return {
    dimensions,
    bucketMs,
    lastAt: '',
    events: 0,
    sums: sums.map(() => 0),
    priced: 0,
    cost: new DecimalSum(),
    durationCount: 0,
    durationSumMs: 0,
    durationMaxMs: null,
    duration: new Map(),
    llm: noLlmCounts(),
    uniques,
  }
}

function count(cell: Cell, fields: readonly string[], estimated: EstimatedCost | undefined): void {
  cell.events += 1
  for (let i = 0; i < sums.length; i += 1) {
    const field = fields[sums[i] ?? 0]
    if (field !== undefined && field !== '') cell.sums[i] = (cell.sums[i] ?? 0) + Number(field)
  }
  const cost = estimated?.costUsd ?? fields[at.cost_usd]
  if (cost !== undefined && cost !== '') {
    cell.priced += 1
    cell.cost.add(cost)
  }
  const duration = fields[at.duration_ms]
  if (duration !== undefined && duration !== '') {
    const durationMs = Number(duration)
    cell.durationCount += 1
    cell.durationSumMs += durationMs
    cell.durationMaxMs = Math.max(cell.durationMaxMs ?? 0, durationMs)
    addDuration(cell.duration, durationMs)
  }
}

/** The length of fields `[from, to)` in their row, with a tab behind each. */
function lengthOf(fields: readonly string[], from: number, to: number): number {
  let length = to - from
  for (let i = from; i < to; i += 1) length += fields[i]?.length ?? 0
  return length
}

function addUnique(registers: Registers, field: string | undefined): void {
  if (field !== undefined && field !== '') addValue(registers, decodeField(field) ?? '')
}

function toCopyBytes(bytes: Buffer): string {
  if (bytes.length === 0) return ''
  // COPY reads `\\x…` as the text `\x…`, which bytea reads as hexadecimal.
  return `\\\\x${bytes.toString('hex')}`
}
