import { hash } from 'node:crypto'

/** Hexadecimal digits: 64 bits tell the keys of any gateway apart. */
const hashDigits = 16

/** What a gateway's key is known by where the gateway says no id of it. Undefined for what is no key. */
export function toKeyHash(key: unknown): string | undefined {
  return typeof key === 'string' && key !== ''
    ? `sha256:${hash('sha256', key).slice(0, hashDigits)}`
    : undefined
}
