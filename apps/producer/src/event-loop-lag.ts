import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 20

/** Gives the average lag of the event loop since it was last asked, in milliseconds; NaN when none was measured. */
export function measureEventLoopLag(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  return () => {
    // What is measured is the time between two ticks, the wanted one included.
    const lagMs = histogram.mean / 1_000_000 - resolutionMs
    histogram.reset()
    return lagMs
  }
}
