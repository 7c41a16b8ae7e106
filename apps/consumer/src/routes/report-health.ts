import { Problem } from '@weir/http'
import type { RequestHandler } from 'express'
import type { Breakers } from '../breakers.ts'
import type { Progress } from '../progress.ts'

/** GET /health — 200 while waiting work gets done, 503 when it has waited a minute without any being done. */
export function reportHealth(progress: Progress): RequestHandler {
  return (_req, res) => {
    const stuckSeconds = Math.round(progress.stuckSeconds)
    if (progress.isAlive) res.json({ status: 'ok' })
    else
      res
        .status(503)
        .json({ status: 'stuck', detail: `Batches wait, and none was stored for ${stuckSeconds} s.` })
  }
}

export interface Readiness {
  /** The database was found fit and has its tables. */
  isPrepared: () => boolean
  isStopping: () => boolean
  breakers: Breakers
}

/** GET /health/ready — 200 while batches can be stored: the database and the queue work. */
export function reportReadiness({ isPrepared, isStopping, breakers }: Readiness): RequestHandler {
  return (_req, res) => {
    const { postgresql, queue } = breakers
    const checks = {
      database: isPrepared() && postgresql.state === 'closed',
      queue: queue.state === 'closed',
      running: !isStopping(),
    }
    const failed = Object.entries(checks)
      .filter(([, isGood]) => !isGood)
      .map(([name]) => name)
    if (failed.length > 0) {
      throw new Problem('temporary-reduced-capacity', `Not ready: ${failed.join(', ')}.`)
    }
    const dependencies = { postgresql: postgresql.state, queue: queue.state }
    res.json({ status: 'ready', checks, dependencies })
  }
}
