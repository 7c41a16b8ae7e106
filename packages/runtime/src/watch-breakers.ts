import { Counter, Gauge } from 'prom-client'
import type { Breaker, BreakerState } from './breaker.ts'
import type { Metrics } from './metrics.ts'

const stateValues: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 }

/** Adds `weir_breaker_state` and `weir_breaker_openings_total`, by dependency. */
export function watchBreakers(metrics: Metrics, breakers: Readonly<Record<string, Breaker>>): void {
  const common = { labelNames: ['dependency'] as const, registers: [metrics.registry] }
  const state: Gauge<'dependency'> = new Gauge({
    ...common,
    name: 'weir_breaker_state',
    help: 'Whether a dependency works: 0 it does, 1 it is being tried, 2 it does not.',
    collect() {
      for (const [dependency, breaker] of Object.entries(breakers))
        state.set({ dependency }, stateValues[breaker.state])
    },
  })
  const openings: Counter<'dependency'> = new Counter({
    ...common,
    name: 'weir_breaker_openings_total',
    help: 'How often a dependency stopped working.',
    collect() {
      openings.reset()
      for (const [dependency, breaker] of Object.entries(breakers))
        openings.inc({ dependency }, breaker.openings)
    },
  })
}
