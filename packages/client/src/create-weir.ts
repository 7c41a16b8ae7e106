import { systemClock, type Clock } from './core/clock.ts'
import type { WeirEvent } from './core/event-fields.ts'
import { takeRecord } from './core/event-record.ts'
import { onExit } from './core/on-exit.ts'
import { readSettings, type Environment, type Settings, type WeirOptions } from './core/options.ts'
import { Pipeline } from './core/pipeline.ts'
import { Reports, type Stats } from './core/reports.ts'
import { createSampler } from './core/sampler.ts'
import { createMessageLogs, type MessageLogs } from './events/messages.ts'
import type { RecordEvent } from './events/record.ts'
import { createRequestLogs, type RequestLogs } from './events/requests.ts'
import { createSecurityLogs, type SecurityLogs } from './events/security.ts'
import { createWorkLogs, type WorkLogs } from './events/work.ts'

/**
 * Sends events to Weir. No `log…` function throws, waits or keeps the process alive; each copies what it is given.
 * They can be taken out of the object: `const { logInfo } = createWeir()`.
 */
export interface Weir extends MessageLogs, RequestLogs, SecurityLogs, WorkLogs {
  /** Whether it is configured. */
  readonly isEnabled: boolean
  log: (event: WeirEvent) => void
  /** An event of your own: `logEvent('order_placed', { total: 12.5 }, { userId })`. */
  logEvent: (name: string, data?: Readonly<Record<string, unknown>>, fields?: WeirEvent) => void
  /** An id that no other event has, such as for `requestId`. */
  newId: () => string
  /** True when everything logged so far was delivered, or refused, within the time. Never rejects. Default: 5,000 ms. */
  flush: (timeoutMs?: number) => Promise<boolean>
  /** Flushes, and ends: what is logged later is ignored, what could not be delivered is in the spool or dropped. */
  shutdown: (timeoutMs?: number) => Promise<boolean>
  stats: () => Stats
}

/** What tests replace. */
export interface WeirParts {
  env?: Environment
  clock?: Clock
  /** 0 to 1. */
  random?: () => number
}

const defaultFlushMs = 5_000

/** Makes a client; never throws. One that is not configured does nothing. */
export function createWeir(options: WeirOptions = {}, parts: WeirParts = {}): Weir {
  // oxlint-disable-next-line node/no-process-env -- it is what the client is configured by, as its README says
  const settings = readSettings(options, parts.env ?? process.env)
  return 'offBecause' in settings ? createIdle() : createActive(settings, parts)
}

function createActive(settings: Settings, { clock = systemClock, random = Math.random }: WeirParts): Weir {
  const reports = new Reports(settings)
  const pipeline = new Pipeline({ settings, reports, clock, random })
  const sample = createSampler(settings.sampleRate, random)
  const { now } = clock
  let isClosed = false

  const record: RecordEvent = (eventType, level, fields) => {
    if (isClosed) return
    reports.logged += 1
    if (pipeline.isFull) {
      reports.countFull()
      return
    }
    try {
      const kept = sample === undefined ? fields : sample(eventType, level, fields)
      if (kept !== undefined) pipeline.push(takeRecord(eventType, level, now(), kept))
    } catch {
      reports.drop('unreadable', 1)
    }
  }

  let takenAtLastExit = -1
  const leaving = {
    async leave() {
      // What could not be delivered at the first end of the event loop does not keep the process from its second.
      if (reports.logged === takenAtLastExit) return
      takenAtLastExit = reports.logged
      await pipeline.flush(settings.exitTimeoutMs, { givesUp: true })
    },
    saveNow: () => pipeline.saveNow(),
  }
  const callOffExit = settings.isFlushedOnExit ? onExit(leaving) : () => undefined

  return {
    ...createLogs(record, settings.level, () => reports.drop('unreadable', 1)),
    isEnabled: true,
    newId: pipeline.newId,
    flush: (timeoutMs = defaultFlushMs) => pipeline.flush(timeoutMs),
    async shutdown(timeoutMs = defaultFlushMs) {
      if (isClosed) return true
      isClosed = true
      const isDelivered = await pipeline.flush(timeoutMs)
      callOffExit()
      await pipeline.close()
      reports.tellFull()
      return isDelivered
    },
    stats: () => ({
      logged: reports.logged,
      delivered: reports.delivered,
      dropped: reports.dropped,
      droppedBy: { ...reports.droppedBy },
      pending: pipeline.pending,
      spooled: pipeline.spooled,
    }),
  }
}

function createIdle(): Weir {
  const reports = new Reports({})
  const { droppedBy } = reports
  return {
    ...createLogs(
      () => undefined,
      'info',
      () => undefined,
    ),
    isEnabled: false,
    newId: () => '',
    flush: () => Promise.resolve(true),
    shutdown: () => Promise.resolve(true),
    stats: () => ({ logged: 0, delivered: 0, dropped: 0, droppedBy, pending: 0, spooled: 0 }),
  }
}

type Logs = Pick<Weir, 'log' | 'logEvent'> & MessageLogs & RequestLogs & SecurityLogs & WorkLogs

function createLogs(record: RecordEvent, level: Settings['level'], onUnreadable: () => void): Logs {
  const logs: Logs = {
    log: (event) => record(undefined, undefined, event),
    logEvent: (name, data, fields) => record(name, undefined, { ...fields, payload: data }),
    ...createMessageLogs(record, level),
    ...createRequestLogs(record),
    ...createSecurityLogs(record),
    ...createWorkLogs(record),
  }
  const guarded = Object.entries(logs).map(([name, log]) => [name, guard(log, onUnreadable)])
  // The same names and parameters. `log` needs no guard, and is called more often than all others.
  return { ...(Object.fromEntries(guarded) as Logs), log: logs.log }
}

/** Reading an argument can throw, where the host has a getter. */
function guard(log: (...args: never[]) => void, onUnreadable: () => void): (...args: never[]) => void {
  return (...args) => {
    try {
      log(...args)
    } catch {
      onUnreadable()
    }
  }
}
