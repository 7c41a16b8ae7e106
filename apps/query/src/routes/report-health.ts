import { checkKey, Problem, type KeyVerifier } from '@weir/http'
import type { RequestHandler } from 'express'
import type { Breaker } from '@weir/runtime'
import type { Pool } from 'pg'
import { ask, sql } from '../queries/ask.ts'

/** GET /health — 200 while the process runs; with a key, whether the key is valid. */
export function reportHealth(keys: KeyVerifier): RequestHandler {
  return (req, res) => {
    const isKeyValid = checkKey(keys, req)
    res.json({
      status: 'ok',
      service: 'query',
      ...(isKeyValid === undefined ? {} : { key_valid: isKeyValid }),
    })
  }
}

export interface Readiness {
  breaker: Pick<Breaker, 'state'>
  areKeysKnown: () => boolean
  isStopping: () => boolean
}

/** GET /health/ready — 200 while questions can be answered: the database does answer, and keys are known. */
export function reportReadiness(db: Pool, readiness: Readiness): RequestHandler {
  const { breaker, areKeysKnown, isStopping } = readiness
  return async (_req, res) => {
    if (isStopping()) throw new Problem('temporary-reduced-capacity', 'Not ready: running.')
    if (!areKeysKnown()) throw new Problem('temporary-reduced-capacity', 'Not ready: keys.')
    await ask(db, sql<{ answer: number }>`select 1 as answer`)
    const checks = { database: true, keys: true, running: true }
    res.json({ status: 'ready', checks, dependencies: { postgresql: breaker.state } })
  }
}
