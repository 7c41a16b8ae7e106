/** `up`: from the client to the server. */
export type Direction = 'up' | 'down'

/** What a proxy does with what passes through it. */
export type ProxyMode =
  | { kind: 'pass' }
  /** Bytes are held, and so is the end of a connection, until another mode: what a partition does to TCP. */
  | { kind: 'black-hole'; direction: Direction | 'both' }
  | { kind: 'delay'; delayMs: number }
  | { kind: 'throttle'; bytesPerSecond: number }
  /** A connection is reset once it has carried so many bytes in that direction, counted from its first. */
  | { kind: 'cut'; direction: Direction; afterBytes: number }
  /** Each byte is a write of its own. */
  | { kind: 'split' }

/** Whether bytes of a direction must wait for another mode. */
export function holds(mode: ProxyMode, direction: Direction): boolean {
  return mode.kind === 'black-hole' && (mode.direction === 'both' || mode.direction === direction)
}

/** How many of `byteLength` bytes may still pass before the connection is cut; all of them when it is not to be. */
export function allowance(
  mode: ProxyMode,
  direction: Direction,
  { carried, byteLength }: { carried: number; byteLength: number },
): number {
  if (mode.kind !== 'cut' || mode.direction !== direction) return byteLength
  return Math.max(0, Math.min(byteLength, mode.afterBytes - carried))
}
