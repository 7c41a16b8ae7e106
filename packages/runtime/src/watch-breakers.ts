import type { Breaker, BreakerState } from './breaker.ts'
import { createCountersBy, createGaugesBy, type Metrics } from './metrics.ts'

const stateValues: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 }

/** Adds `weir_breaker_state` and `weir_breaker_openings_total`, by dependency. */
export function watchBreakers(metrics: Metrics, breakers: Readonly<Record<string, Breaker>>): void {
  const all = Object.entries(breakers)
  createGaugesBy(metrics, 'dependency', {
    name: 'weir_breaker_state',
    help: 'Whether a dependency works: 0 it does, 1 it is being tried, 2 it does not.',
    read: () => all.map(([dependency, { state }]) => [dependency, stateValues[state]]),
  })
  createCountersBy(metrics, 'dependency', {
    name: 'weir_breaker_openings_total',
    help: 'How often a dependency stopped working.',
    read: () => all.map(([dependency, { openings }]) => [dependency, openings]),
  })
}
