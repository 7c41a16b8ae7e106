import type { Random } from '@weir/chaos/random'

/** One of them. */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[random.between(0, items.length)]
  if (item === undefined) throw new Error('There is nothing to choose from.')
  return item
}

/** True so often: 0.1 is one time in ten. */
export function chance(random: Random, probability: number): boolean {
  return random.next() < probability
}

/** Bytes of any value. */
export function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.between(0, 256)))
}
