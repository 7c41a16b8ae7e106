/** Time, as the client needs it; tests bring their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now: () => number
  /** Calls once, later, without keeping the process alive. Gives what calls it off. */
  after: (delayMs: number, callback: () => void) => () => void
  /** Calls in the next turn of the event loop. */
  soon: (callback: () => void) => void
}

export const systemClock: Clock = {
  now: Date.now,
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
  soon: (callback) => void setImmediate(callback),
}
