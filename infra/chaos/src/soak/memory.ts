import { sleep } from '@weir/runtime'
import type { Rig } from '../rig/open-rig.ts'
import { readUse } from '../rig/read-use.ts'

const intervalMs = 2_000

/** A process grows until it has seen all of its work; only what it does after that says whether it leaks. */
const warmUpMs = 45_000

/** Over a shorter time than this a slope says nothing. */
const minWatchedMs = 240_000

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

/** Watches the memory of everything that runs. Disposing it stops it. */
export class MemoryWatch implements AsyncDisposable {
  readonly #samples = new Map<string, Sample[]>()
  readonly #firstSeenAtMs = new Map<string, number>()
  readonly #stop = new AbortController()
  readonly #running: Promise<void>

  constructor(rig: Rig) {
    this.#running = this.#run(rig)
  }

  trends(): MemoryTrend[] {
    return [...this.#samples].map(([name, samples]) => {
      const maxBytes = Math.max(0, ...samples.map(({ memoryBytes }) => memoryBytes))
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
      for (const { name, pid } of rig.services) await this.#look(name, pid)
      await this.#look('redis', rig.redis?.pid)
      await sleep(intervalMs, this.#stop.signal)
    }
  }

  async #look(name: string, pid: number | undefined): Promise<void> {
    const use = await readUse(pid)
    if (use === undefined || use.memoryBytes === 0) return
    const nowMs = performance.now()
    const process = `${name} ${pid}`
    const firstSeenAtMs = this.#firstSeenAtMs.get(process) ?? nowMs
    this.#firstSeenAtMs.set(process, firstSeenAtMs)
    if (nowMs - firstSeenAtMs < warmUpMs) return
    const samples = this.#samples.get(name) ?? []
    samples.push({ atMs: nowMs, memoryBytes: use.memoryBytes })
    this.#samples.set(name, samples)
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
