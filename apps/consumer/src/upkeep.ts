import { ensurePartitions, type Database } from '@weir/database'
import type { EventLimits } from '@weir/formats'
import type { PriceBook } from '@weir/prices'
import { sleep, type Logger } from '@weir/runtime'
import type { Pool } from 'pg'
import { deltasAtOnce, foldRollups } from './fold-rollups.ts'
import { replayNext, type Replayed } from './replay-quarantined.ts'
import { summarizeIndexes } from './summarize-indexes.ts'

export interface UpkeepOptions {
  db: Database
  pool: Pool
  logger: Logger
  /** Time between two folds of the rollups. Milliseconds. */
  foldIntervalMs: number
  /** Whether batches wait: what can be put off is put off until none does. */
  isBusy: () => boolean
  /** What an event may be that a refused record is read as. */
  limits: EventLimits
  /** Of the keyed hashes of redaction; undefined for the one that the database has. */
  redactionKey: string | undefined
  /** Hears what became of a quarantined event that was replayed. */
  onReplayed: (replayed: Replayed) => void
  /** The prices of the moment, for what is replayed. */
  prices: () => PriceBook
  /** Looks at the prices that an operator set. */
  refreshPrices: () => Promise<void>
  /** Looks after the jobs that the queue gave up. */
  sweep: () => Promise<void>
}

const partitionIntervalMs = 3_600_000
const replayIntervalMs = 1_000
/** A change of prices holds for what is stored this much later, at the latest. */
const pricesIntervalMs = 2_000
const sweepIntervalMs = 30_000
const summarizeIntervalMs = 15_000
/** How long summarising is put off at most. */
const maxSummarizeDelayMs = 600_000

/**
 * Runs what is needed beside writing: partitions for the days to come, folding of rollups, sweeping the queue, and
 * the replay of quarantined events that was asked for.
 */
export function startUpkeep(options: UpkeepOptions): {
  close: () => Promise<void>
} {
  const {
    db,
    pool,
    logger,
    foldIntervalMs,
    isBusy,
    limits,
    redactionKey,
    onReplayed,
    sweep,
    prices,
    refreshPrices,
  } = options
  const stop = new AbortController()
  let summarizedAtMs = Date.now()
  const tasks = Promise.all([
    repeat('partitions', partitionIntervalMs, async () => {
      const created = await ensurePartitions(db, new Date())
      if (created > 0) logger.info({ created }, 'partitions created')
    }),
    repeat('summarize', summarizeIntervalMs, async () => {
      if (isBusy() && Date.now() - summarizedAtMs < maxSummarizeDelayMs) return
      await summarizeIndexes(db)
      summarizedAtMs = Date.now()
    }),
    repeat('replay', replayIntervalMs, async () => {
      while (!stop.signal.aborted) {
        const replayed = await replayNext(pool, { prices: prices(), limits, redactionKey })
        if (replayed === undefined) return
        onReplayed(replayed)
      }
    }),
    repeat('sweep', sweepIntervalMs, sweep),
    repeat('prices', pricesIntervalMs, refreshPrices),
    repeat('fold', foldIntervalMs, async () => {
      // What came during a pass waits for the next: folding all the time would cost what is stored meanwhile.
      while (!stop.signal.aborted && (await foldRollups(pool)) >= deltasAtOnce);
    }),
  ])

  async function repeat(task: string, intervalMs: number, run: () => Promise<void>): Promise<void> {
    while (!stop.signal.aborted) {
      let waitMs = intervalMs
      try {
        await run()
      } catch (error) {
        logger.warn({ err: error, task }, 'upkeep failed; it will be tried again')
        waitMs = Math.min(intervalMs, 5_000)
      }
      await sleep(waitMs, stop.signal)
    }
  }

  return {
    async close() {
      stop.abort()
      await tasks
    },
  }
}
