import { setTimeout as wait } from 'node:timers/promises'

/**
 * Waits. When `signal` is aborted the wait ends at once, without an error: who waits in a loop looks at the
 * signal anyway.
 */
export async function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  if (signal === undefined) return wait(durationMs)
  if (signal.aborted) return
  try {
    await wait(durationMs, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
