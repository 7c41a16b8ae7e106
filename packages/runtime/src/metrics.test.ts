import { expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import { createCellCounter, createCellHistogram } from './cells.ts'
import { createCounter, createGauge, createHistogram, createMetrics } from './metrics.ts'

test('has the metrics of the process, and none with a name that promtool refuses', async () => {
  const text = await createMetrics().registry.metrics()
  expect(text).toContain('process_cpu_user_seconds_total')
  expect(text).toContain('nodejs_eventloop_lag_seconds')
  for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    expect([name, name?.endsWith('_total')]).toEqual([name, type === 'counter'])
  }
})

test('a gauge with a reader is read at each scrape', async () => {
  const metrics = { registry: new Registry() }
  let size = 1
  createGauge(metrics, 'queue_size', 'Batches waiting.', { read: () => size })
  expect(await metrics.registry.metrics()).toContain('\nqueue_size 1\n')
  size = 2
  expect(await metrics.registry.metrics()).toContain('\nqueue_size 2\n')
})

test('cells are scraped exactly as the metrics of prom-client are', async () => {
  const plain = { registry: new Registry() }
  const fast = { registry: new Registry() }
  const buckets = [0.1, 1, 10]
  const counter = createCounter(plain, 'a_total', 'A.', ['route'])
  const histogram = createHistogram(plain, 'b_seconds', 'B.', buckets, ['route'])
  const counterCell = createCellCounter(fast, 'a_total', 'A.', ['route'])
  const histogramCell = createCellHistogram<'route'>(fast, 'b_seconds', 'B.', buckets)
  for (const route of ['/log', '/events/:id']) {
    const count = counterCell({ route })
    const duration = histogramCell({ route })
    for (const seconds of [0, 0.1, 0.5, 1, 9.5, 1000]) {
      counter.inc({ route })
      histogram.observe({ route }, seconds)
      count.value += 1
      duration.observe(seconds)
    }
  }
  const sorted = async ({ registry }: { registry: Registry }): Promise<string[]> =>
    (await registry.metrics())
      .split('\n')
      .map((line) => line.replace(/\{(.*)\}/, (_all, labels: string) => labels.split(',').toSorted().join()))
      .toSorted()
  expect(await sorted(fast)).toEqual(await sorted(plain))
})
