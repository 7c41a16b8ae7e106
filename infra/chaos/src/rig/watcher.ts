import { sleep } from '@weir/runtime'
import type { Rig } from './open-rig.ts'
import type { Service } from './service.ts'

const intervalMs = 250

/** Adds up what the services count, over all of their processes: a count that was lost with one is what it last said. */
export class Watcher implements AsyncDisposable {
  #counts = new Map<string, { pid: number | undefined; value: number }>()
  #totals = new Map<string, number>()
  readonly #stop = new AbortController()
  readonly #running: Promise<void>

  constructor(rig: Rig, metrics: readonly string[]) {
    this.#running = this.#run(rig, metrics)
  }

  total(metric: string): number {
    return this.#totals.get(metric) ?? 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run({ services }: Rig, metrics: readonly string[]): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await Promise.all(services.map((service) => this.#look(service, metrics)))
      await sleep(intervalMs, this.#stop.signal)
    }
  }

  async #look(service: Service, metrics: readonly string[]): Promise<void> {
    const { pid, name } = service
    const text = pid === undefined ? undefined : await service.get('/metrics')
    if (text === undefined) return
    for (const metric of metrics) {
      const value = Number(new RegExp(`^${metric} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN)
      if (Number.isNaN(value)) continue
      const last = this.#counts.get(`${name} ${metric}`)
      const before = last !== undefined && last.pid === pid ? last.value : 0
      this.#counts.set(`${name} ${metric}`, { pid, value })
      this.#totals.set(metric, this.total(metric) + Math.max(0, value - before))
    }
  }
}
