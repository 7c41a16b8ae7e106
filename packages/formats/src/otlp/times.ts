/** Nanoseconds since the epoch, as a number or as text; undefined where there is no time. */
export function readNanoseconds(value: unknown): bigint | undefined {
  if (typeof value === 'string' ? !/^\d{1,20}$/.test(value) : !Number.isInteger(value)) return undefined
  // One of the two by the line above.
  const nanoseconds = BigInt(value as string | number)
  return nanoseconds > 0n ? nanoseconds : undefined
}

/** Milliseconds since the epoch of the first of these times that is there. */
export function readInstantMs(...values: readonly unknown[]): number | undefined {
  for (const value of values) {
    const nanoseconds = readNanoseconds(value)
    if (nanoseconds !== undefined) return Number(nanoseconds / 1_000_000n)
  }
  return undefined
}

/** Milliseconds between two times, down to a nanosecond; undefined when one is missing or they are in the wrong order. */
export function readElapsedMs(from: unknown, to: unknown): number | undefined {
  const start = readNanoseconds(from)
  const end = readNanoseconds(to)
  if (start === undefined || end === undefined || end < start) return undefined
  return Number(end - start) / 1e6
}
