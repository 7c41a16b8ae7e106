import { redactionKinds } from '@weir/redaction'
import { watchQueue, type BatchQueue } from '@weir/queue'
import {
  createCellCounter,
  createCounter,
  createCountersBy,
  createGauge,
  createGaugesBy,
  type CounterCell,
  type Metrics,
} from '@weir/runtime'
import type { AcceptedBody } from './intake-request.ts'
import { gates, type Admission } from './admission.ts'
import { BoundedLabels } from './bounded-labels.ts'
import type { EventLog } from './event-log.ts'

/** Different values that a sender's text may add to a label before the rest is counted as `other`. */
const maxLabelValues = 100

/** Counts accepted events. Every label is bounded: what senders make up is counted as `other`. */
export function countEvents(metrics: Metrics): (accepted: AcceptedBody) => void {
  const accepted = createCounter(metrics, 'weir_events_accepted_total', 'Events that were acknowledged.')
  const logged = createCellCounter<'event_type' | 'source'>(
    metrics,
    'log_events_total',
    'Events that were acknowledged, by type and source.',
    ['event_type', 'source'],
  )
  const queries = createCellCounter<'provider' | 'model'>(
    metrics,
    'llm_queries_total',
    'LLM calls among them, by provider and model.',
    ['provider', 'model'],
  )
  const sources = new BoundedLabels(maxLabelValues)
  const providers = new BoundedLabels(maxLabelValues)
  const models = new BoundedLabels(maxLabelValues)
  const loggedCells = new Map<string, CounterCell>()
  const queryCells = new Map<string, CounterCell>()
  const redacted = createCellCounter<'kind'>(
    metrics,
    'weir_redactions_total',
    'What was taken out of events before they were kept, by kind.',
    ['kind'],
  )
  const redactedCells = new Map(redactionKinds.map((kind) => [kind, redacted({ kind })]))
  return ({ eventCount, tallies, redactions }) => {
    accepted.inc(eventCount)
    if (redactions !== undefined) {
      for (const [kind, cell] of redactedCells) cell.value += redactions[kind] ?? 0
    }
    for (const { eventType, source, isLlm, provider, model, count } of tallies) {
      const labels = { event_type: eventType, source: sources.of(source) }
      getOrAdd(loggedCells, `${labels.event_type}\t${labels.source}`, () => logged(labels)).value += count
      if (!isLlm) continue
      const llmLabels = { provider: providers.of(provider), model: models.of(model) }
      getOrAdd(queryCells, `${llmLabels.provider}\t${llmLabels.model}`, () => queries(llmLabels)).value +=
        count
    }
  }
}

function getOrAdd<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = create()))
  return value
}

/** Reports what lies between acknowledgement and database. */
export function watchEventLog(metrics: Metrics, log: EventLog, queue: BatchQueue): void {
  createGauge(
    metrics,
    'weir_journal_bytes',
    'Bytes of the journal on disk, without what is prepared for more.',
    {
      read: () => log.journal.bytes,
    },
  )
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
  createGauge(
    metrics,
    'weir_redis_memory_ratio',
    'Part of the memory limit of Redis that is used, when batches were last forwarded; 0 without a limit.',
    { read: () => log.gate.ratio },
  )
  createGauge(
    metrics,
    'weir_forwarding_paused',
    '1 while Redis is too full for more batches, which wait in the journal.',
    { read: () => Number(log.gate.isClosed) },
  )
  createCountersBy(metrics, 'kind', {
    name: 'weir_journal_problems_total',
    help: 'What the journal reported since the start, by kind.',
    read: () => log.problems.counts,
  })
  watchQueue(metrics, queue)
}

/** Reports which gates are closed, and how many requests each has refused. */
export function watchAdmission(metrics: Metrics, admission: Admission): void {
  createGauge(metrics, 'weir_in_flight_bytes', 'Bytes of bodies that requests under way hold.', {
    read: () => admission.inFlightBytes,
  })
  createGaugesBy(metrics, 'gate', {
    name: 'weir_gate_closed',
    help: '1 while requests are refused because of this gate.',
    read: () => gates.map((gate) => [gate, Number(admission.isClosed(gate))]),
  })
  createCountersBy(metrics, 'gate', {
    name: 'weir_refused_requests_total',
    help: 'Requests that were refused before their acknowledgement, by gate.',
    read: () => admission.refusals,
  })
}
