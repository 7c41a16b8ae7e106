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

/** Over a shorter time than this growth says nothing. */
const minWatchedMs = 240_000

/** After this much of a soak, no service is started again: the memory of a new process says nothing of an old one. */
export const lastStartMs = 180_000

/** A soak that is as long as this has shown nothing of a service that it did not watch long enough. */
export const judgesMemoryFromMs = 600_000

const maxGrowthBytesPerMinute = 2 * 1_048_576

interface Sample {
  atMs: number
  memoryBytes: number
}

/** How a process' memory went. */
export interface MemoryTrend {
  name: string
  /** After the warm-up; `undefined` when it was watched too shortly. */
  growthBytesPerMinute: number | undefined
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
      const growth = watchedMs < minWatchedMs ? undefined : growthPerMinute(samples)
      return {
        name,
        growthBytesPerMinute: growth,
        maxBytes,
        isFlat: (growth ?? 0) <= maxGrowthBytesPerMinute,
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

/**
 * What memory grows by from each third of the time to the next, the lesser of the two: a leak grows in all of the time,
 * at the same rate. Garbage comes in steps and saw teeth, which would tilt a line through all samples.
 */
export function growthPerMinute(samples: readonly Sample[]): number {
  const fromMs = samples[0]?.atMs ?? 0
  const thirdMs = ((samples.at(-1)?.atMs ?? 0) - fromMs) / 3
  const level = (third: number): number =>
    median(samples.filter(({ atMs }) => Math.min(2, Math.floor((atMs - fromMs) / thirdMs)) === third))
  const [first, second, last] = [level(0), level(1), level(2)]
  return (Math.min(second - first, last - second) / thirdMs) * 60_000
}

function median(samples: readonly Sample[]): number {
  const sorted = samples.map(({ memoryBytes }) => memoryBytes).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
