/** A variable that the test sets. */
export function variable(name: string): string {
  // oxlint-disable-next-line node/no-process-env -- the test says so where to send
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set.`)
  return value
}

/** Of the producer. */
export const url = variable('WEIR_URL')
export const key = variable('WEIR_KEY')
/** The name by which the test finds what was stored. */
export const service = variable('SERVICE')
export const headers = { Authorization: `Bearer ${key}` }
