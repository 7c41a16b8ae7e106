import type { Breaker } from './breaker.ts'
import { RefusedStartError } from './refused-start.ts'

/**
 * Does work that needs a dependency, as soon as that works: a service starts before its servers do. Resolves when
 * it is done or `signal` is aborted. Rejects with a `RefusedStartError` or a `RangeError`, which no waiting mends.
 */
export async function asSoonAsPossible(
  breaker: Breaker,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  for (;;) {
    await breaker.pass(signal)
    if (signal.aborted) return
    try {
      await work()
      breaker.succeeded()
      return
    } catch (error) {
      if (error instanceof RefusedStartError || error instanceof RangeError) {
        // The dependency did answer.
        breaker.succeeded()
        throw error
      }
      breaker.failed(error)
    }
  }
}
