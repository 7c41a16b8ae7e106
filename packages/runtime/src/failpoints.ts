import { writeSync } from 'node:fs'
import { ConfigError } from './environment.ts'

/** The moments of an event's path at which a test may end, fail or hold up a service. */
export const failpoints = [
  'producer.before_body',
  'producer.after_validation',
  'producer.before_journal_write',
  'producer.after_journal_write',
  'producer.after_queue_add',
  'producer.after_confirm',
  'consumer.after_take',
  'consumer.before_transaction',
  'consumer.after_ledger',
  'consumer.after_events',
  'consumer.after_rollups',
  'consumer.after_commit',
  'consumer.during_fold',
  'query.during_request',
] as const

export type Failpoint = (typeof failpoints)[number]

interface Armed {
  action: 'kill' | 'throw' | 'delay'
  delayMs: number
  /** The pass at which it acts, from 1. */
  onPass: number
  passes: number
}

const nothing = (): void => undefined

/** Of the whole process, as its environment is: a parameter would go through every layer for the sake of tests. */
let hit: (name: Failpoint) => void = nothing

/** Marks a moment. Does nothing unless `armFailpoints` found this name in the environment. */
export function failpoint(name: Failpoint): void {
  hit(name)
}

/**
 * Arms the failpoints of `FAILPOINTS`, such as `producer.after_journal_write:kill@3,consumer.after_commit:delay=200`:
 * `kill` ends the process as `kill -9` does, `throw` throws, `delay=MS` holds up the whole process; `@N` acts once,
 * at the Nth pass (1). Throws a `ConfigError` for a text that is none of that, and for any text when `NODE_ENV` is
 * `production`.
 */
export function armFailpoints(env: Readonly<Record<string, string | undefined>>): void {
  const text = env['FAILPOINTS']
  hit = nothing
  if (text === undefined || text === '') return
  if (env['NODE_ENV'] === 'production')
    throw new ConfigError(['FAILPOINTS: is for tests, not for production'])
  const armed = new Map(text.split(',').map(parse))
  hit = (name) => {
    const point = armed.get(name)
    if (point === undefined) return
    point.passes += 1
    if (point.passes === point.onPass) act(name, point)
  }
}

function parse(text: string): [Failpoint, Armed] {
  const [, name, action, delay, onPass] = /^([\w.]+):(kill|throw|delay=(\d+))(?:@(\d+))?$/.exec(text) ?? []
  const known = failpoints.find((failpointName) => failpointName === name)
  if (known === undefined || action === undefined) throw new ConfigError([`FAILPOINTS: ${text} is not one`])
  const kind = action === 'kill' || action === 'throw' ? action : 'delay'
  return [known, { action: kind, delayMs: Number(delay ?? 0), onPass: Number(onPass ?? 1), passes: 0 }]
}

function act(name: Failpoint, { action, delayMs }: Armed): void {
  // Past every buffer: it must be in the log although the process ends here.
  writeSync(1, `${JSON.stringify({ level: 40, name: 'failpoint', msg: `${name}: ${action}` })}\n`)
  if (action === 'kill') process.kill(process.pid, 'SIGKILL')
  if (action === 'throw') throw new Error(`The failpoint ${name} throws.`)
  // Blocks the event loop, as a pause of the garbage collector or of the machine does.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delayMs)
}
