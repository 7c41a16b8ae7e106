import { createCounter, createHistogram, type Metrics } from '@weir/runtime'
import type { WriterObserver } from './batch-writer.ts'
import type { Progress } from './progress.ts'
import type { Replayed } from './replay-quarantined.ts'
import type { Swept } from './sweep-failed-jobs.ts'

const lagBucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600]

/** Counts quarantined events that someone wanted to be stored after all. */
export function countReplays(metrics: Metrics): (replayed: Replayed) => void {
  const replays = createCounter(
    metrics,
    'weir_quarantine_replays_total',
    'Quarantined events that were replayed, by what became of them.',
    ['outcome'],
  )
  return (outcome) => replays.inc({ outcome })
}

/** Counts jobs that the queue had given up, by what became of them. */
export function countSwept(metrics: Metrics): (swept: Swept) => void {
  const counter = createCounter(
    metrics,
    'weir_failed_jobs_swept_total',
    'Jobs that the queue had given up, by what became of them.',
    ['outcome'],
  )
  return ({ retried, quarantined }) => {
    counter.inc({ outcome: 'retried' }, retried)
    counter.inc({ outcome: 'quarantined' }, quarantined)
  }
}

/** Counts the jobs whose worker died and that another one takes. */
export function countStalled(metrics: Metrics): () => void {
  const stalled = createCounter(
    metrics,
    'weir_stalled_jobs_total',
    'Jobs whose consumer died or hung, taken by another one.',
  )
  return () => stalled.inc()
}

/** Counts what transactions did, and notes it as progress. */
export function observeWriter(metrics: Metrics, progress: Progress): WriterObserver {
  const stored = createCounter(metrics, 'weir_events_stored_total', 'Events stored.')
  const duplicates = createCounter(
    metrics,
    'weir_events_duplicate_total',
    'Events that were stored before and came again.',
  )
  const quarantined = createCounter(
    metrics,
    'weir_events_quarantined_total',
    'Events that cannot be stored and records that are none, set apart, by reason.',
    ['reason'],
  )
  const lag = createHistogram(
    metrics,
    'weir_ingest_lag_seconds',
    'Time from the acknowledgement of the oldest event of a batch until the batch is queryable.',
    lagBucketsSeconds,
  )
  return {
    stored(batches, counts) {
      progress.note()
      stored.inc(counts.events)
      duplicates.inc(counts.duplicates)
      for (const reason of counts.quarantined) quarantined.inc({ reason })
      for (const { header } of batches)
        lag.observe(Math.max(0, (Date.now() - Date.parse(header.acceptedAt)) / 1_000))
    },
  }
}
