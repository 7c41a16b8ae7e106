import { createHmac } from 'node:crypto'

/** Hexadecimal digits of a hash: 96 bits, so that no two of a project's values share one. */
const hashDigits = 24

/** The keyed hash of a text: the same within a project as long as the key is, and nobody without the key can try texts. */
export function keyedHash(hashKey: string, projectId: number, kind: string, text: string): string {
  const digest = createHmac('sha256', hashKey).update(`${projectId}\0${kind}\0${text}`).digest('hex')
  return `[${kind}~${digest.slice(0, hashDigits)}]`
}
