import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { QueueKind } from './rig/open-rig.ts'
import { bothQueues } from './scenario.ts'
import { scenarios } from './scenarios.ts'

/** What the command line asks for. */
export interface Options {
  task: 'help' | 'list' | 'scenarios' | 'negative-controls' | 'soak'
  /** Names of scenarios, or the beginning of several; all when it is empty. */
  only: readonly string[]
  queues: readonly QueueKind[]
  seed: number
  events: number
  outageMs: number
  soakMs: number
  isJson: boolean
  /** The document whose table is replaced. */
  reportPath: string | undefined
}

/** Shown with `--help`. */
export const usage = `npm run chaos -- [options]
  --only NAME          the scenarios whose name begins so; may be given several times
  --queue WHERE        redis, postgres or both (the default)
  --seed N             repeats the choices of an earlier run
  --long               1,000,000 events and outages of 30 s, instead of 60,000 and 8 s
  --events N           events of the scenarios that post a number of them
  --outage SECONDS     how long a server is away
  --list               the scenarios, and what each must make happen
  --negative-controls  plants six bugs, one after the other; fails when one of them goes unnoticed
  --soak DURATION      random faults under a steady load for so long, such as 90s or 10m
  --json               one line of JSON for each scenario instead of the table
  --write-report FILE  puts the table into FILE, between its markers
  --help
`

/** Reads the arguments. Throws an error with one line for a person. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      queue: { type: 'string', default: 'both' },
      seed: { type: 'string' },
      long: { type: 'boolean', default: false },
      events: { type: 'string' },
      outage: { type: 'string' },
      list: { type: 'boolean', default: false },
      'negative-controls': { type: 'boolean', default: false },
      soak: { type: 'string' },
      json: { type: 'boolean', default: false },
      'write-report': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const unknown = values.only.find((only) => !scenarios.some(({ name }) => name.startsWith(only)))
  if (unknown !== undefined) throw new Error(`There is no scenario ${unknown}.`)
  return {
    task: toTask(values),
    only: values.only,
    queues: readQueues(values.queue),
    seed: readNumber('seed', values.seed, randomInt(2 ** 31)),
    events: readNumber('events', values.events, values.long ? 1_000_000 : 60_000),
    outageMs: readNumber('outage', values.outage, values.long ? 30 : 8) * 1_000,
    soakMs: readDuration(values.soak ?? '10m'),
    isJson: values.json,
    reportPath: toPath(values['write-report']),
  }
}

function toTask(values: {
  help: boolean
  list: boolean
  'negative-controls': boolean
  soak?: string
}): Options['task'] {
  if (values.help) return 'help'
  if (values.list) return 'list'
  if (values['negative-controls']) return 'negative-controls'
  return values.soak === undefined ? 'scenarios' : 'soak'
}

/** npm runs this in its own folder: a path is meant from where npm was called. */
function toPath(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(process.env['INIT_CWD'] ?? '.', path)
}

function readQueues(text: string): readonly QueueKind[] {
  if (text === 'both') return bothQueues
  const queue = bothQueues.find((kind) => kind === text)
  if (queue === undefined) throw new Error('--queue is redis, postgres or both.')
  return [queue]
}

function readNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (!/^\d{1,10}$/.test(text)) throw new Error(`--${name} is a whole number.`)
  return Number(text)
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

function readDuration(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smh])$/.exec(text) ?? []
  if (count === undefined || unit === undefined) throw new Error('--soak is a duration such as 90s or 10m.')
  return Number(count) * (unitMs[unit] ?? 0)
}
