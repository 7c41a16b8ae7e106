const rounds = 30

/** The least that `work` took for one of its events, in microseconds: what disturbs a round only adds to it. */
export function leastMicroseconds(events: number, work: () => void): number {
  let least = Infinity
  for (let round = 0; round < rounds; round += 1) {
    const startedAtMs = performance.now()
    work()
    least = Math.min(least, performance.now() - startedAtMs)
  }
  return (least * 1_000) / events
}
