import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** Where the metrics of one process are kept. Seconds and bytes are the units; label values are bounded. */
export interface Metrics {
  registry: Registry
}

/** Gauges that prom-client names like counters, which `promtool check metrics` complains about. */
const misnamedMetrics = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

/** A registry that has the metrics of the process: CPU, memory, event loop lag, garbage collection. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of misnamedMetrics) registry.removeSingleMetric(name)
  return { registry }
}

/** A counter in these metrics. Its name ends in `_total`. Throws when the name is taken. */
export function createCounter<Label extends string>(
  metrics: Metrics,
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
): Counter<Label> {
  return new Counter({ name, help, labelNames, registers: [metrics.registry] })
}

/** A gauge in these metrics. With `read`, its value is asked for at each scrape. */
export function createGauge<Label extends string>(
  metrics: Metrics,
  name: string,
  help: string,
  options: { labelNames?: readonly Label[]; read?: () => number | Promise<number> } = {},
): Gauge<Label> {
  const { labelNames = [], read } = options
  const common = { name, help, labelNames, registers: [metrics.registry] }
  if (read === undefined) return new Gauge(common)
  const gauge: Gauge<Label> = new Gauge({
    ...common,
    async collect() {
      gauge.set(await read())
    },
  })
  return gauge
}

/** A histogram in these metrics, with these upper bounds. */
export function createHistogram<Label extends string>(
  metrics: Metrics,
  name: string,
  help: string,
  buckets: readonly number[],
  labelNames: readonly Label[] = [],
): Histogram<Label> {
  return new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [metrics.registry] })
}

/** The values of a metric, by the value of its one label, as they are at a scrape. */
export type ReadByLabel = () => Iterable<readonly [string, number]>

/** A gauge with one label, whose values are read at each scrape. */
export function createGaugesBy(
  metrics: Metrics,
  label: string,
  { name, help, read }: { name: string; help: string; read: ReadByLabel },
): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [metrics.registry],
    collect() {
      for (const [value, current] of read()) gauge.set({ [label]: value }, current)
    },
  })
}

/** A counter with one label, whose totals are kept elsewhere and read at each scrape. */
export function createCountersBy(
  metrics: Metrics,
  label: string,
  { name, help, read }: { name: string; help: string; read: ReadByLabel },
): void {
  const counter: Counter = new Counter({
    name,
    help,
    labelNames: [label],
    registers: [metrics.registry],
    collect() {
      counter.reset()
      for (const [value, total] of read()) counter.inc({ [label]: value }, total)
    },
  })
}
