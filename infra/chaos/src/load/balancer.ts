import { sleep } from '@weir/runtime'
import type { Random } from '../random.ts'
import type { Service } from '../rig/service.ts'

/** How often each service is asked whether it is ready: an orchestrator takes seconds for it. */
const intervalMs = 100

/** Chooses among services of a kind as a load balancer does: those that say they are ready. Disposing it stops it. */
export class Balancer implements AsyncDisposable {
  readonly #services: readonly Service[]
  readonly #random: Random
  readonly #ready = new Set<Service>()
  readonly #stop = new AbortController()
  readonly #running: Promise<void>

  /** `services` may grow. */
  constructor(services: readonly Service[], random: Random) {
    this.#services = services
    this.#random = random
    this.#running = this.#run()
  }

  /** One that is ready; where none is, one that runs; else any. */
  choose(): Service {
    const running = this.#services.filter(({ pid }) => pid !== undefined)
    const ready = running.filter((service) => this.#ready.has(service))
    const candidates = [ready, running, this.#services].find(({ length }) => length > 0)
    const chosen = candidates?.[this.#random.between(0, candidates.length)]
    if (chosen === undefined) throw new Error('There is no service to choose from.')
    return chosen
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await Promise.all(this.#services.map((service) => this.#look(service)))
      await sleep(intervalMs, this.#stop.signal)
    }
  }

  async #look(service: Service): Promise<void> {
    if (service.pid !== undefined && (await service.isReady())) this.#ready.add(service)
    else this.#ready.delete(service)
  }
}
