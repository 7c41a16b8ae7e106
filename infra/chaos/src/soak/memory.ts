import { sleep } from '@weir/runtime'
import type { Rig } from '../rig/open-rig.ts'
import { readUse } from '../rig/read-use.ts'

const intervalMs = 2_000

/**
 * A process grows until it has seen all of its work, and until V8 has let its generations grow as far as it lets them;
 * only what it does after that says whether it leaks.
 */
const warmUpMs = 120_000

/** Redis is killed again and again, and has its memory soon. */
const redisWarmUpMs = 45_000

/** Over a shorter time than this a slope says nothing. */
const minWatchedMs = 240_000

/** After this much of a soak, no service is started again: the memory of a new process says nothing of an old one. */
export const lastStartMs = 180_000

/** A soak that is as long as this has shown nothing of a service that it did not watch long enough. */
export const judgesMemoryFromMs = 600_000

const maxSlopeBytesPerMinute = 2 * 1_048_576

interface Sample {
  atMs: number
  memoryBytes: number
}

/** How a process' memory went. */
export interface MemoryTrend {
  name: string
  /** Of a line through the samples after the warm-up; `undefined` when there are too few. */
  slopeBytesPerMinute: number | undefined
  maxBytes: number
  isFlat: boolean
}

/** A process that runs, or the one that ran last under its name. */
interface Watched {
  pid: number
  sinceMs: number
  samples: Sample[]
  /** Of it and of those before it. */
  maxBytes: number
}

/** Watches the memory of everything that runs. Disposing it stops it. */
export class MemoryWatch implements AsyncDisposable {
  readonly #watched = new Map<string, Watched>()
  readonly #stop = new AbortController()
  readonly #running: Promise<void>

  constructor(rig: Rig) {
    this.#running = this.#run(rig)
  }

  trends(): MemoryTrend[] {
    return [...this.#watched].map(([name, { samples, maxBytes }]) => {
      const watchedMs = (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0)
      const slope = watchedMs < minWatchedMs ? undefined : slopePerMinute(samples)
      return {
        name,
        slopeBytesPerMinute: slope,
        maxBytes,
        isFlat: (slope ?? 0) <= maxSlopeBytesPerMinute,
      }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(rig: Rig): Promise<void> {
    while (!this.#stop.signal.aborted) {
      // What a service before it did says nothing of one that was started again.
      for (const { name, pid } of rig.services) await this.#look(name, pid, { warmUpMs, isOneProcess: true })
      await this.#look('redis', rig.redis?.pid, { warmUpMs: redisWarmUpMs, isOneProcess: false })
      await sleep(intervalMs, this.#stop.signal)
    }
  }

  async #look(
    name: string,
    pid: number | undefined,
    how: { warmUpMs: number; isOneProcess: boolean },
  ): Promise<void> {
    const use = await readUse(pid)
    if (pid === undefined || use === undefined || use.memoryBytes === 0) return
    const nowMs = performance.now()
    const known = this.#watched.get(name) ?? { pid, sinceMs: nowMs, samples: [], maxBytes: 0 }
    if (known.pid !== pid) {
      known.pid = pid
      known.sinceMs = nowMs
      if (how.isOneProcess) known.samples = []
    }
    known.maxBytes = Math.max(known.maxBytes, use.memoryBytes)
    if (nowMs - known.sinceMs >= how.warmUpMs)
      known.samples.push({ atMs: nowMs, memoryBytes: use.memoryBytes })
    this.#watched.set(name, known)
  }
}

/** Of the least-squares line. */
export function slopePerMinute(samples: readonly Sample[]): number {
  const count = samples.length
  const meanAt = samples.reduce((sum, { atMs }) => sum + atMs, 0) / count
  const mean = samples.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0) / count
  let covariance = 0
  let variance = 0
  for (const { atMs, memoryBytes } of samples) {
    covariance += (atMs - meanAt) * (memoryBytes - mean)
    variance += (atMs - meanAt) ** 2
  }
  return variance === 0 ? 0 : (covariance / variance) * 60_000
}
