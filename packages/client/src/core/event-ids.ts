import { randomBytes } from 'node:crypto'

/**
 * Makes ids that no other client makes: 12 random bytes of this client's own and a count. An event keeps its id
 * through every attempt to send it, so that Weir counts it once.
 */
export function createIds(): () => string {
  const prefix = `${randomBytes(12).toString('base64url')}-`
  let count = 0
  return () => {
    count += 1
    return prefix + count.toString(36)
  }
}
