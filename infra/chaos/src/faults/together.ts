import { activeFault, type ActiveFault } from './fault.ts'

/** Brings several faults about as one. When one of them cannot be, the others are healed. */
export async function together(
  injections: readonly (() => Promise<ActiveFault> | ActiveFault)[],
): Promise<ActiveFault> {
  await using opened = new AsyncDisposableStack()
  for (const inject of injections) opened.use(await inject())
  const active = opened.move()
  return activeFault(() => active.disposeAsync())
}
