import { columnIndex as at, RowReader } from '@weir/events'
import { CellIndex, copyBytes, isSame } from './cell-index.ts'
import { encodeHistogram } from './histogram.ts'
import { encodeRegisters, type Registers } from './hyperloglog.ts'
import type { EstimatedCost } from './llm-counts.ts'
import { countRow, createCell, type Cell } from './rollup-cell.ts'
import type { Dimensions } from './rollup-dimensions.ts'
import { uniqueKinds, type UniqueKind } from './schema.ts'

/** Seconds of the finest bucket: every time zone's days begin on a multiple of it. */
export const finestGrainSeconds = 900

/** The sizes of bucket that are kept: a quarter of an hour, an hour, a UTC day. */
export const grainsSeconds = [finestGrainSeconds, 3_600, 86_400] as const

interface UniqueCell {
  projectId: string
  eventType: string
  service: string
  bucketMs: number
  registers: Record<UniqueKind, Registers>
}

interface Bucket {
  startMs: number
  cells: CellIndex<Cell>
}

/** Of a time such as 2026-11-20T10:30:45.123Z, what says the minute. */
const minuteLength = 16

/**
 * Counts rows of batches into cells of a quarter of an hour: what a transaction appends to `rollup_deltas`
 * and `unique_deltas` for exactly the events that it stores.
 */
export class RollupAccumulator {
  readonly #buckets = new Map<number, Bucket>()
  readonly #bucketsOfMinutes = new Map<string, Bucket>()
  readonly #uniques = new Map<string, UniqueCell>()
  readonly #reader = new RowReader()
  /** The minute of the row before, and its bucket: a batch has few minutes, and parsing a time costs. */
  #minute: Uint8Array = new Uint8Array()
  #bucket: Bucket | undefined

  /** Counts one row, as `encodeRow` wrote it, with the cost that was estimated for it, if any. */
  add(row: RowReader | string, estimated?: EstimatedCost): void {
    if (typeof row === 'string') {
      const bytes = Buffer.from(row)
      this.#reader.read(bytes, 0, bytes.length)
      return this.add(this.#reader, estimated)
    }
    const bucket = this.#bucketOf(row)
    const cell = bucket.cells.find(row, () => this.#createCell(row, bucket))
    countRow(cell, row, estimated)
  }

  #bucketOf(row: RowReader): Bucket {
    const start = row.startOf(at.occurred_at)
    const isTime = row.endOf(at.occurred_at) - start >= minuteLength
    const last = this.#bucket
    if (isTime && last !== undefined && isSame(row.bytes, start, this.#minute, minuteLength)) return last
    const occurredAt = row.text(at.occurred_at)
    const minute = occurredAt.slice(0, minuteLength)
    let bucket = this.#bucketsOfMinutes.get(minute)
    if (bucket === undefined) this.#bucketsOfMinutes.set(minute, (bucket = this.#bucketAt(occurredAt)))
    if (isTime) {
      this.#minute = copyBytes(row.bytes, start, start + minuteLength)
      this.#bucket = bucket
    }
    return bucket
  }

  #bucketAt(occurredAt: string): Bucket {
    const occurredMs = Date.parse(occurredAt)
    const startMs = occurredMs - (occurredMs % (finestGrainSeconds * 1_000))
    let bucket = this.#buckets.get(startMs)
    if (bucket === undefined) this.#buckets.set(startMs, (bucket = { startMs, cells: new CellIndex() }))
    return bucket
  }

  #createCell(row: RowReader, { startMs }: Bucket): Cell {
    const projectId = row.text(at.project_id)
    const eventType = row.text(at.event_type)
    const service = row.text(at.service)
    const key = `${startMs}\t${projectId}\t${eventType}\t${service}`
    let uniques = this.#uniques.get(key)
    if (uniques === undefined) {
      const registers = { user: new Map(), session: new Map(), visitor: new Map() }
      this.#uniques.set(key, (uniques = { projectId, eventType, service, bucketMs: startMs, registers }))
    }
    return createCell(row, projectId, startMs, uniques.registers)
  }

  /** The dimensions of each cell, in the order of `deltaRows`. */
  dimensions(): Dimensions[] {
    return this.#allCells().map(({ projectId, dimensionBytes }) => ({
      projectId,
      text: Buffer.from(dimensionBytes).toString('utf8'),
    }))
  }

  /** The cells as COPY text (`NULL ''`) of `deltaColumns`, given the id of the dimensions of each. */
  deltaRows(dimensionIds: readonly number[]): string {
    const rows = this.#allCells().map((cell, index) =>
      [
        new Date(cell.bucketMs).toISOString(),
        Buffer.from(cell.lastAt).toString('latin1'),
        cell.projectId,
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
    return [...this.#buckets.values()].flatMap(({ cells }) => cells.values())
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

function toCopyBytes(bytes: Buffer): string {
  if (bytes.length === 0) return ''
  // COPY reads `\\x…` as the text `\x…`, which bytea reads as hexadecimal.
  return `\\\\x${bytes.toString('hex')}`
}
