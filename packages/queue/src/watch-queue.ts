import { createGauge, type Metrics } from '@weir/runtime'
import { readOldestSeconds, type BatchQueue } from './open-batch-queue.ts'

/**
 * Adds `queue_size` (batches), `weir_queue_oldest_seconds` and `weir_redis_memory_bytes` to a service's metrics. NaN is
 * Prometheus' word for a value that cannot be had just now.
 */
export function watchQueue(metrics: Metrics, queue: BatchQueue): void {
  createGauge(metrics, 'queue_size', 'Batches in the queue that are not stored yet.', {
    read: async () => {
      const counts = await queue.counts().catch(() => undefined)
      return counts === undefined ? Number.NaN : counts.waiting + counts.active + counts.delayed
    },
  })
  createGauge(metrics, 'weir_queue_oldest_seconds', 'Age of the oldest waiting batch in the queue.', {
    read: () => readOldestSeconds(queue).catch(() => Number.NaN),
  })
  createGauge(
    metrics,
    'weir_redis_memory_bytes',
    'Memory that Redis uses; 0 when the queue is in PostgreSQL.',
    {
      read: () =>
        queue.redisFacts().then(
          (facts) => facts?.usedBytes ?? 0,
          () => Number.NaN,
        ),
    },
  )
}
