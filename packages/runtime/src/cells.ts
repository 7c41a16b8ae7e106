import { Counter, type Histogram, type LabelValues } from 'prom-client'
import type { Metrics } from './metrics.ts'

/** One count, under its labels. Adding to `value` is all that counting costs. */
export interface CounterCell {
  value: number
}

/** One distribution, under its labels. */
export interface HistogramCell {
  observe(value: number): void
}

/**
 * A counter for hot paths: prom-client takes about a microsecond to find a count by its labels, so the caller
 * asks for a cell once for each combination of labels, keeps it, and adds to it. The scrape reads the cells.
 */
export function createCellCounter<Label extends string>(
  metrics: Metrics,
  name: string,
  help: string,
  labelNames: readonly Label[],
): (labels: LabelValues<Label>) => CounterCell {
  const cells: { labels: LabelValues<Label>; cell: CounterCell }[] = []
  const counter: Counter<Label> = new Counter({
    name,
    help,
    labelNames,
    registers: [metrics.registry],
    collect() {
      counter.reset()
      for (const { labels, cell } of cells) counter.inc(labels, cell.value)
    },
  })
  return (labels) => {
    const cell = { value: 0 }
    cells.push({ labels, cell })
    return cell
  }
}

/** A histogram for hot paths, used like `createCellCounter`. `buckets` are the upper bounds, rising. */
export function createCellHistogram<Label extends string>(
  metrics: Metrics,
  name: string,
  help: string,
  buckets: readonly number[],
): (labels: LabelValues<Label>) => HistogramCell {
  const cells: BucketCell[] = []
  const described = { name, help, type: 'histogram', aggregator: 'sum' }
  const metric = {
    ...described,
    reset: () => cells.forEach((cell) => cell.reset()),
    get: () => Promise.resolve({ ...described, values: cells.flatMap((cell) => cell.values(name)) }),
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a registry asks a metric for its name, `get` and `reset`
  metrics.registry.registerMetric(metric as unknown as Histogram)
  return (labels) => {
    const cell = new BucketCell(labels, buckets)
    cells.push(cell)
    return cell
  }
}

class BucketCell implements HistogramCell {
  readonly #labels: Readonly<Record<string, string | number | undefined>>
  readonly #bounds: readonly number[]
  readonly #counts: Float64Array
  #sum = 0

  constructor(labels: Readonly<Record<string, string | number | undefined>>, bounds: readonly number[]) {
    this.#labels = labels
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
  }

  observe(value: number): void {
    const bounds = this.#bounds
    let index = 0
    while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#sum += value
  }

  reset(): void {
    this.#counts.fill(0)
    this.#sum = 0
  }

  /** The buckets are cumulative, as Prometheus has them. */
  values(name: string): { metricName: string; labels: object; value: number }[] {
    let total = 0
    const buckets = Array.from(this.#counts, (count, index) => {
      total += count
      const le = this.#bounds[index] ?? '+Inf'
      return { metricName: `${name}_bucket`, labels: { ...this.#labels, le }, value: total }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: this.#labels, value: this.#sum },
      { metricName: `${name}_count`, labels: this.#labels, value: total },
    ]
  }
}
