import { checkKey, Problem, type KeyVerifier } from '@weir/http'
import type { RequestHandler } from 'express'

/** GET /health — 200 while the process runs; with a key, whether the key is valid. */
export function reportHealth(keys: KeyVerifier): RequestHandler {
  return (req, res) => {
    const isKeyValid = checkKey(keys, req)
    res.json({
      status: 'ok',
      service: 'producer',
      ...(isKeyValid === undefined ? {} : { key_valid: isKeyValid }),
    })
  }
}

/** What has to be true for this producer to be able to accept events. */
export interface Readiness {
  keysAreKnown: () => boolean
  journalIsWritable: () => boolean
  isStopping: () => boolean
}

/** GET /health/ready — 200 while events can be accepted, which needs neither the queue nor the database. */
export function reportReadiness(readiness: Readiness): RequestHandler {
  return (_req, res) => {
    const checks = {
      keys: readiness.keysAreKnown(),
      journal: readiness.journalIsWritable(),
      running: !readiness.isStopping(),
    }
    const failed = Object.entries(checks)
      .filter(([, isGood]) => !isGood)
      .map(([name]) => name)
    if (failed.length > 0) {
      throw new Problem('temporary-reduced-capacity', `Not ready: ${failed.join(', ')}.`)
    }
    res.json({ status: 'ready', checks })
  }
}
