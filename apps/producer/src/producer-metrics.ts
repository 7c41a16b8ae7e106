import { boundedEventType, type CanonicalEvent } from '@weir/events'
import type { BatchQueue } from '@weir/queue'
import { createCounter, createGauge, type Metrics } from '@weir/runtime'
import { BoundedLabels } from './bounded-labels.ts'
import type { EventLog } from './event-log.ts'

/** Different values that a sender's text may add to a label before the rest is counted as `other`. */
const maxLabelValues = 100

/** Counts accepted events. Every label is bounded: what senders make up is counted as `other`. */
export function countEvents(metrics: Metrics): (events: readonly CanonicalEvent[]) => void {
  const accepted = createCounter(metrics, 'weir_events_accepted_total', 'Events that were acknowledged.')
  const logged = createCounter(
    metrics,
    'log_events_total',
    'Events that were acknowledged, by type and source.',
    ['event_type', 'source'],
  )
  const queries = createCounter(
    metrics,
    'llm_queries_total',
    'LLM calls among them, by provider and model.',
    ['provider', 'model'],
  )
  const sources = new BoundedLabels(maxLabelValues)
  const providers = new BoundedLabels(maxLabelValues)
  const models = new BoundedLabels(maxLabelValues)
  return (events) => {
    accepted.inc(events.length)
    for (const [key, count] of countBy(
      events,
      (event) => `${boundedEventType(event.event_type)}\t${sources.of(event.source)}`,
    )) {
      const [eventType = '', source = ''] = key.split('\t')
      logged.inc({ event_type: eventType, source }, count)
    }
    const llm = events.filter(({ category, llm_model: model }) => category === 'llm' || model !== null)
    for (const [key, count] of countBy(
      llm,
      (event) => `${providers.of(event.llm_provider)}\t${models.of(event.llm_model)}`,
    )) {
      const [provider = '', model = ''] = key.split('\t')
      queries.inc({ provider, model }, count)
    }
  }
}

function countBy(
  events: readonly CanonicalEvent[],
  keyOf: (event: CanonicalEvent) => string,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const event of events) {
    const key = keyOf(event)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/** Reports what lies between acknowledgement and database. */
export function watchEventLog(metrics: Metrics, log: EventLog, queue: BatchQueue): void {
  createGauge(metrics, 'weir_journal_bytes', 'Bytes of the journal on disk.', {
    read: () => log.journal.bytes,
  })
  createGauge(
    metrics,
    'weir_journal_oldest_seconds',
    'Age of the oldest batch that is not confirmed as stored.',
    {
      read: () => {
        const oldestAtMs = log.journal.oldestUnreleasedAtMs
        return oldestAtMs === undefined ? 0 : (Date.now() - oldestAtMs) / 1_000
      },
    },
  )
  // NaN is Prometheus' word for a value that cannot be had just now.
  createGauge(metrics, 'queue_size', 'Batches in the queue that are not stored yet.', {
    read: async () => {
      const counts = await queue.counts().catch(() => undefined)
      return counts === undefined ? Number.NaN : counts.waiting + counts.active + counts.delayed
    },
  })
  createGauge(metrics, 'weir_queue_oldest_seconds', 'Age of the oldest waiting batch in the queue.', {
    read: () => queue.oldestWaitingSeconds().catch(() => Number.NaN),
  })
  createGauge(
    metrics,
    'weir_redis_memory_bytes',
    'Memory that Redis uses; 0 when the queue is in PostgreSQL.',
    {
      read: async () => (await queue.redisMemoryBytes().catch(() => Number.NaN)) ?? 0,
    },
  )
}
