import type { RequestHandler } from 'express'
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
