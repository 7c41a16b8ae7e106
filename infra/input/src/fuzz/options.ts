import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface Options {
  requests: number
  seed: number
}

/** Shown with `--help`. */
export const usage = `npm run fuzz -- [options]
  --requests N   how many are sent: 20,000 unless given
  --seed N       sends the requests of an earlier run again
`

/** Reads the arguments. Throws an error with one line for a person; undefined when help is asked for. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: { type: 'string' },
      seed: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  return {
    requests: readNumber('requests', values.requests, 20_000),
    seed: readNumber('seed', values.seed, randomInt(2 ** 31)),
  }
}

function readNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (!/^\d{1,10}$/.test(text)) throw new Error(`--${name} is a whole number.`)
  return Number(text)
}
