import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { scenarios } from './scenarios.ts'
import type { Scenario } from './stage.ts'

/** What the command line asks for. */
export interface Options {
  scenarios: readonly Scenario[]
  seed: number
  events: number
  outageMs: number
  isJson: boolean
}

/** Shown with `--help`. */
export const usage = `npm run endure -- [options]
  --only NAME        one scenario; may be given several times: ${scenarios.map(({ name }) => name).join(', ')}
  --quick            100,000 events and outages of 8 s, instead of 1,000,000 and 30 s
  --events N         events of the scenarios that post a number of them
  --outage SECONDS   how long a server is away
  --seed N           repeats the choices of an earlier run
  --json             one line of JSON for each scenario instead of the table
`

/** Reads the arguments. Throws an error with one line for a person; undefined when help is asked for. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      events: { type: 'string' },
      outage: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const unknown = values.only?.find((only) => !scenarios.some(({ name }) => name === only))
  if (unknown !== undefined) throw new Error(`There is no scenario ${unknown}.`)
  return {
    scenarios: scenarios.filter(({ name }) => values.only?.includes(name) ?? true),
    seed: readNumber('seed', values.seed, randomInt(2 ** 31)),
    events: readNumber('events', values.events, values.quick ? 100_000 : 1_000_000),
    outageMs: readNumber('outage', values.outage, values.quick ? 8 : 30) * 1_000,
    isJson: values.json,
  }
}

function readNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is a whole number.`)
  return Number(text)
}
