/**
 * A fault that is in effect. Disposing it heals it; healing twice is harmless. Whoever brings one about rejects, with
 * nothing left behind, when it cannot be.
 */
export interface ActiveFault extends AsyncDisposable {
  heal: () => Promise<void>
}

/** Makes of a way back a fault that is in effect: `heal` runs once, whoever asks for it first. */
export function activeFault(heal: () => Promise<void>): ActiveFault {
  let healing: Promise<void> | undefined
  const healOnce = (): Promise<void> => (healing ??= heal())
  return { heal: healOnce, [Symbol.asyncDispose]: healOnce }
}
