import { checkKey, Problem, type KeyVerifier } from '@weir/http'
import type { RequestHandler } from 'express'
import { gates, type Admission } from '../admission.ts'
import type { Breakers } from '../breakers.ts'
import type { EventLog } from '../event-log.ts'

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

/** What decides whether this producer is able to accept events, and what a person may want to know beside it. */
export interface Readiness {
  keysAreKnown: () => boolean
  isStopping: () => boolean
  log: Pick<EventLog, 'journal' | 'problems' | 'gate'>
  admission: Pick<Admission, 'isClosed'>
  breakers: Breakers
}

/**
 * GET /health/ready — 200 while events can be accepted, which needs neither the queue nor the database; `degraded`
 * when the journal has found damage that a person should look at.
 */
export function reportReadiness(readiness: Readiness): RequestHandler {
  const { keysAreKnown, isStopping, log, admission, breakers } = readiness
  return (_req, res) => {
    const checks = {
      keys: keysAreKnown(),
      journal: !log.journal.isBroken && !admission.isClosed('journal') && !admission.isClosed('disk'),
      running: !isStopping(),
    }
    const failed = Object.entries(checks)
      .filter(([, isGood]) => !isGood)
      .map(([name]) => name)
    if (failed.length > 0) {
      throw new Problem('temporary-reduced-capacity', `Not ready: ${failed.join(', ')}.`)
    }
    res.json({
      status: log.problems.hasDamage ? 'degraded' : 'ready',
      checks,
      dependencies: { postgresql: breakers.postgresql.state, queue: breakers.queue.state },
      closed_gates: gates.filter((gate) => admission.isClosed(gate)),
      is_forwarding_paused: log.gate.isClosed,
      is_journal_damaged: log.problems.hasDamage,
    })
  }
}
