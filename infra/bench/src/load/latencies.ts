const stepMs = 0.02
const stepCount = 100_000

/** Counts latencies in steps of 20 µs, up to 2 s. */
export class Latencies {
  readonly #counts = new Uint32Array(stepCount)
  #total = 0
  #maxMs = 0

  add(latencyMs: number): void {
    const step = Math.min(stepCount - 1, Math.max(0, Math.floor(latencyMs / stepMs)))
    this.#counts[step] = (this.#counts[step] ?? 0) + 1
    this.#total += 1
    if (latencyMs > this.#maxMs) this.#maxMs = latencyMs
  }

  get maxMs(): number {
    return this.#maxMs
  }

  /** The latency in milliseconds that this fraction of requests did not exceed; 0 when there were none. */
  quantileMs(fraction: number): number {
    const rank = Math.ceil(this.#total * fraction)
    let seen = 0
    for (let step = 0; step < stepCount; step += 1) {
      seen += this.#counts[step] ?? 0
      if (seen >= rank && seen > 0) return step === stepCount - 1 ? this.#maxMs : (step + 1) * stepMs
    }
    return 0
  }
}
