import { sleep } from '@weir/runtime'

/** Waits until `isTrue` answers true. Rejects with what was waited for when it has not after `deadlineMs`. */
export async function until(
  what: string,
  deadlineMs: number,
  isTrue: () => Promise<boolean> | boolean,
): Promise<void> {
  const giveUpAtMs = performance.now() + deadlineMs
  while (!(await isTrue())) {
    if (performance.now() > giveUpAtMs)
      throw new Error(`Waited ${Math.round(deadlineMs / 1_000)} s in vain: ${what}.`)
    await sleep(20)
  }
}

/** As `until`, but the deadline starts again whenever `read` gives another number. Resolves when that is 0. */
export async function untilZero(
  what: string,
  patienceMs: number,
  read: () => Promise<number | undefined>,
): Promise<void> {
  let last: number | undefined
  let changedAtMs = performance.now()
  for (;;) {
    const value = await read()
    if (value === 0) return
    if (value !== last) changedAtMs = performance.now()
    last = value
    if (performance.now() - changedAtMs > patienceMs)
      throw new Error(`No progress for ${Math.round(patienceMs / 1_000)} s at ${last ?? '?'}: ${what}.`)
    await sleep(50)
  }
}
