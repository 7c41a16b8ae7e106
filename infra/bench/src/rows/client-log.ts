import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { runRounds } from '../rounds.ts'
import type { RowGroup } from './row-group.ts'

const program = fileURLToPath(new URL('../peers/client-calls.ts', import.meta.url))

interface Costs {
  /** Nanoseconds of a call. */
  pino: number
  log: number
  /** Microseconds of CPU of an event, until it is on its way. */
  cpu: number
}

/** What a call of the client's `log` costs its caller, beside `pino.info` of the same object to nowhere. */
export const clientLog: RowGroup = {
  names: ['client-log'],
  async run({ sizes }) {
    let costs: Costs = { pino: Number.NaN, log: Number.NaN, cpu: Number.NaN }
    const { baseline, ours } = await runRounds(
      'client log()',
      { ...sizes, naiveRounds: 0 },
      {
        // Both are measured in one process, in turns.
        async baseline() {
          costs = await measure()
          return { ns: costs.pino }
        },
        ours: () => Promise.resolve({ ns: costs.log, 'µs CPU an event, sent': costs.cpu }),
      },
    )
    return {
      measured: [{ name: 'client-log', ours: ours['ns'] ?? 0, baseline: baseline['ns'] ?? 0 }],
      verified: ['client-log: every event was delivered'],
      notes: [
        `CPU of the client for an event, until it is on its way: ${(ours['µs CPU an event, sent'] ?? 0).toFixed(2)} µs.`,
      ],
    }
  },
}

async function measure(): Promise<Costs> {
  const { stdout } = await promisify(execFile)(process.execPath, [program])
  // The program's only line.
  return JSON.parse(stdout) as Costs
}
