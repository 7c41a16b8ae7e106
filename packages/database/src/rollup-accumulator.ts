import { columnIndex as at, decodeField, rollupColumnCount } from '@weir/events'
import { addDuration, encodeHistogram, type Histogram } from './histogram.ts'
import { addValue, encodeRegisters, type Registers } from './hyperloglog.ts'
import type { UniqueKind } from './schema.ts'

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
  /** `project_id` and the dimensions, as COPY text, tab-separated, in the order of a row. */
  dimensions: string
  projectId: string
  bucketMs: number
  events: number
  sums: number[]
  priced: number
  cost: DecimalSum
  durationCount: number
  durationSumMs: number
  durationMaxMs: number | null
  duration: Histogram
  ttft: Histogram
}

interface UniqueCell {
  key: string
  bucketMs: number
  registers: Registers
}

/** Adds decimals exactly: as integers of a common scale. */
class DecimalSum {
  #units = 0n
  #scale = 0

  add(decimal: string): void {
    const [mantissa = '0', exponent = '0'] = decimal.toLowerCase().split('e')
    const [whole = '0', fraction = ''] = mantissa.split('.')
    let scale = fraction.length - Number(exponent)
    let units = BigInt(whole + fraction)
    if (scale < 0) {
      units *= 10n ** BigInt(-scale)
      scale = 0
    }
    if (scale > this.#scale) {
      this.#units *= 10n ** BigInt(scale - this.#scale)
      this.#scale = scale
    }
    this.#units += units * 10n ** BigInt(this.#scale - scale)
  }

  toString(): string {
    return this.#scale === 0 ? String(this.#units) : `${this.#units}e-${this.#scale}`
  }
}

/**
 * Counts rows of batches into cells of a quarter of an hour: what a transaction appends to `rollup_deltas`
 * and `unique_deltas` for exactly the events that it stores.
 */
export class RollupAccumulator {
  readonly #cells = new Map<string, Cell>()
  readonly #uniques = new Map<string, UniqueCell>()

  /** Counts one row, given as `encodeRow` wrote it. */
  add(row: string): void {
    const fields = row.split('\t', rollupColumnCount)
    const occurredMs = Date.parse(fields[at.occurred_at] ?? '')
    const bucketMs = occurredMs - (occurredMs % (finestGrainSeconds * 1_000))
    this.#count(this.#cellOf(fields, bucketMs), fields)
    this.#addUnique('user', fields[at.user_id], fields, bucketMs)
    this.#addUnique('session', fields[at.session_id], fields, bucketMs)
    this.#addUnique('visitor', fields[at.client_ip], fields, bucketMs)
  }

  #cellOf(fields: string[], bucketMs: number): Cell {
    const projectId = fields[at.project_id] ?? ''
    const dimensions = fields.slice(at.event_type, at.llm_operation + 1).join('\t')
    const key = `${bucketMs}\t${projectId}\t${dimensions}`
    let cell = this.#cells.get(key)
    if (cell === undefined) {
      cell = {
        dimensions,
        projectId,
        bucketMs,
        events: 0,
        sums: sums.map(() => 0),
        priced: 0,
        cost: new DecimalSum(),
        durationCount: 0,
        durationSumMs: 0,
        durationMaxMs: null,
        duration: new Map(),
        ttft: new Map(),
      }
      this.#cells.set(key, cell)
    }
    return cell
  }

  #count(cell: Cell, fields: string[]): void {
    cell.events += 1
    for (let i = 0; i < sums.length; i += 1) {
      const field = fields[sums[i] ?? 0]
      if (field !== undefined && field !== '') cell.sums[i] = (cell.sums[i] ?? 0) + Number(field)
    }
    const cost = fields[at.cost_usd]
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
    const ttft = fields[at.ttft_ms]
    if (ttft !== undefined && ttft !== '') addDuration(cell.ttft, Number(ttft))
  }

  #addUnique(kind: UniqueKind, value: string | undefined, fields: string[], bucketMs: number): void {
    if (value === undefined || value === '') return
    const key = `${bucketMs}\t${fields[at.project_id]}\t${kind}\t${fields[at.event_type]}\t${fields[at.service]}`
    let cell = this.#uniques.get(key)
    if (cell === undefined) {
      cell = { key: key.slice(key.indexOf('\t') + 1), bucketMs, registers: new Map() }
      this.#uniques.set(key, cell)
    }
    addValue(cell.registers, decodeField(value) ?? '')
  }

  /** The cells as COPY text (`NULL ''`) of `deltaColumns`. */
  deltaRows(): string {
    const lines: string[] = []
    for (const cell of this.#cells.values()) {
      lines.push(
        [
          new Date(cell.bucketMs).toISOString(),
          cell.projectId,
          cell.dimensions,
          cell.events,
          ...cell.sums,
          cell.priced,
          cell.cost.toString(),
          cell.durationCount,
          cell.durationSumMs,
          cell.durationMaxMs,
          toCopyBytes(encodeHistogram(cell.duration)),
          toCopyBytes(encodeHistogram(cell.ttft)),
        ].join('\t'),
      )
    }
    return lines.join('\n')
  }

  /** The unique sketches as COPY text (`NULL ''`) of `uniqueDeltaColumns`. */
  uniqueDeltaRows(): string {
    const lines: string[] = []
    for (const cell of this.#uniques.values()) {
      const bucketAt = new Date(cell.bucketMs).toISOString()
      lines.push(`${bucketAt}\t${cell.key}\t${toCopyBytes(encodeRegisters(cell.registers))}`)
    }
    return lines.join('\n')
  }
}

function toCopyBytes(bytes: Buffer): string {
  // COPY reads `\\x…` as the text `\x…`, which bytea reads as hexadecimal.
  return `\\\\x${bytes.toString('hex')}`
}

/** The columns of `deltaRows`. */
export const deltaColumns = [
  'bucket_at',
  'project_id',
  'event_type',
  'source',
  'service',
  'level',
  'category',
  'method',
  'route',
  'status_code',
  'llm_provider',
  'llm_model',
  'llm_operation',
  'events',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'total_tokens',
  'bytes_in',
  'bytes_out',
  'priced',
  'cost_usd',
  'duration_count',
  'duration_sum_ms',
  'duration_max_ms',
  'duration_histogram',
  'ttft_histogram',
] as const

/** The columns of `uniqueDeltaRows`. */
export const uniqueDeltaColumns = [
  'bucket_at',
  'project_id',
  'kind',
  'event_type',
  'service',
  'registers',
] as const
