import { startGenerator } from '../load/generator.ts'
import type { Rig } from '../rig/open-rig.ts'
import { emptyStore, untilStored, verifyStored } from '../rig/stored.ts'
import { median, spreadAbove } from '../statistics.ts'
import { cpuSecondsOf } from '../system/processes.ts'
import { say } from '../system/progress.ts'
import { sendTo } from './http-load.ts'
import type { RowGroup } from './row-group.ts'

/** Of what the host without the middleware takes at most. */
const share = 0.3
/** Rounds in place of one of another row: many short ones tell more of noise than few long ones. */
const roundsOfOne = 4
const leastRoundMs = 1_000
/** The client's own: every 100 ms what there is, at most 500 events at once. */
const batchesPerSecond = 10
const maxBatchEvents = 500

interface Round {
  p50Ms: number
  p99Ms: number
  /** Of the host, for a request: all its threads. */
  cpuUs: number
}

/**
 * `with`: the host's requests are logged. `without`: they are not, and Weir takes as many events meanwhile, in batches
 * like the client's, from somebody else; for here Weir runs on the host's own cores, and what that costs is no matter
 * of the client. `idle`: nor does Weir take anything.
 */
const subjects = ['with', 'without', 'idle'] as const
type Subject = (typeof subjects)[number]

/** A host's answers with the client's middleware and without, at the same rate, in turns. */
export const clientLatency: RowGroup = {
  names: ['client-latency-p50', 'client-latency-p99'],
  async run(rig) {
    const { sizes } = rig
    await emptyStore(rig)
    await using sender = await openSender(rig)
    const offered = share * (await findMaximum(rig))
    let stored = 0

    async function measure(subject: Subject, durationMs: number): Promise<Round> {
      const host = subject === 'with' ? 'logged-route' : 'bare-route'
      const { pid } = await rig.services.running(host)
      const cpuBefore = cpuSecondsOf(pid)
      const load = { eventsPerRequest: 1, until: { durationMs }, requestsPerSecond: offered }
      const [{ acknowledged, latency }, others] = await Promise.all([
        sendTo(rig, host, load),
        subject === 'without' ? sender.send(offered, durationMs) : 0,
      ])
      const cpuUs = ((cpuSecondsOf(pid) - cpuBefore) / acknowledged) * 1e6
      stored += subject === 'with' ? acknowledged : others
      // Weir's work for this round is no part of the next one.
      await untilStored(rig, stored)
      const { p50Ms, p99Ms } = latency
      say(`${subject}: p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms, ${cpuUs.toFixed(1)} µs CPU`)
      return { p50Ms, p99Ms, cpuUs }
    }
    // As long as the closed loops took which found the maximum: both hosts are to be warm.
    await measure('with', 4 * sizes.warmUpMs)
    await measure('without', sizes.warmUpMs)
    const roundMs = Math.max(sizes.loadMs / roundsOfOne, leastRoundMs)
    const rounds: Record<Subject, Round[]> = { with: [], without: [], idle: [] }
    for (let turn = 0; turn < sizes.rounds * roundsOfOne; turn += 1) {
      // There and back: none always follows the same other.
      for (const subject of turn % 2 === 0 ? subjects : subjects.toReversed()) {
        rounds[subject].push(await measure(subject, roundMs))
      }
    }
    // Its end delivers what it still has.
    await rig.services.stop('logged-route')
    const verified = await verifyStored(rig, stored)
    await emptyStore(rig)
    return {
      measured: [toRow('p50', rounds), toRow('p99', rounds)],
      verified: [`client-latency: ${verified}`],
      notes: [
        `A host at ${Math.round(offered)} requests/s, 30 % of its maximum: ${subjects.map((subject) => describe(subject, rounds[subject])).join('; ')}.`,
        'Without means: while Weir, on the same cores, takes as many events from somebody else. What the ratio must be is the noise: a quarter of the rounds without lies as far above their median.',
      ],
    }
  },
}

function toRow(quantile: 'p50' | 'p99', rounds: Record<Subject, Round[]>) {
  const figures = (subject: Subject): number[] => rounds[subject].map((round) => round[`${quantile}Ms`])
  return {
    name: `client-latency-${quantile}`,
    ours: median(figures('with')),
    baseline: median(figures('without')),
    noise: spreadAbove(figures('without')),
  }
}

function describe(subject: Subject, rounds: readonly Round[]): string {
  const middle = (name: keyof Round, digits: number): string =>
    median(rounds.map((round) => round[name])).toFixed(digits)
  return `${subject} p50 ${middle('p50Ms', 2)} ms, p99 ${middle('p99Ms', 2)} ms, ${middle('cpuUs', 1)} µs CPU a request`
}

interface Sender extends AsyncDisposable {
  /** Sends the producer so many events a second. Resolves to how many. */
  send: (eventsPerSecond: number, durationMs: number) => Promise<number>
}

/** Somebody else who sends events, as the client would. */
async function openSender({ services, apiKey }: Rig): Promise<Sender> {
  const generator = startGenerator()
  const { port } = await services.running('producer')
  return {
    async send(eventsPerSecond, durationMs) {
      const eventsPerRequest = Math.min(Math.round(eventsPerSecond / batchesPerSecond), maxBatchEvents)
      const { acknowledged, refused } = await generator.run({
        port,
        path: '/log',
        headers: { 'X-API-Key': apiKey },
        eventsPerRequest,
        connections: 1,
        until: { durationMs },
        requestsPerSecond: eventsPerSecond / eventsPerRequest,
      })
      if (refused > 0) throw new Error(`The producer refused ${refused} batches.`)
      return acknowledged * eventsPerRequest
    },
    [Symbol.asyncDispose]: () => generator[Symbol.asyncDispose](),
  }
}

/** Requests a second of the host without the middleware, once it is warm. */
async function findMaximum(rig: Rig): Promise<number> {
  const until = { durationMs: rig.sizes.warmUpMs }
  await sendTo(rig, 'bare-route', { eventsPerRequest: 1, until })
  const { acknowledged, durationMs } = await sendTo(rig, 'bare-route', { eventsPerRequest: 1, until })
  return (acknowledged / durationMs) * 1_000
}
