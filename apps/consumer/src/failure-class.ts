/** The server wrote fewer rows than it was given, and said nothing: a trigger or a rule takes some away. */
export class RowsNotWrittenError extends Error {
  override readonly name = 'RowsNotWrittenError'
}

/**
 * What to do about an error of the database.
 *
 * - `again`: two transactions met; the same again, soon, works.
 * - `away`: it will pass by itself; the events are fine and wait.
 * - `mend`: a person has to mend the server, the schema or the rights; the events are fine and wait.
 * - `too-much`: less at a time works.
 * - `poison`: an event cannot be stored, now or later.
 * - `unknown`: anything else.
 */
export type FailureClass = 'again' | 'away' | 'mend' | 'too-much' | 'poison' | 'unknown'

/** By SQLSTATE, or by its class (the first two characters). https://www.postgresql.org/docs/current/errcodes-appendix.html */
const classes: Readonly<Record<string, FailureClass>> = {
  // Deadlock, serialization, a lock that was not to be had.
  '40': 'again',
  '55P03': 'again',
  // A statement that took too long, or more memory than there is.
  '57014': 'too-much',
  '53200': 'too-much',
  // Connections, starting and stopping servers, too many clients, transactions in a wrong state.
  '08': 'away',
  '25': 'away',
  '53': 'away',
  '55': 'away',
  '57': 'away',
  // A full disk, a read-only server, an I/O error, damage, a broken configuration.
  '53100': 'mend',
  '25006': 'mend',
  '58': 'mend',
  F0: 'mend',
  XX: 'mend',
  // Who may connect and what may be done; what is not there or is other than expected. Never an event's fault.
  '0A': 'mend',
  '28': 'mend',
  '3D': 'mend',
  '3F': 'mend',
  '42': 'mend',
  // Data that does not fit its column, a row that breaks a constraint, a row or an index entry that is too large.
  '21': 'poison',
  '22': 'poison',
  '23': 'poison',
  '54': 'poison',
}

/** Classifies what a query threw. Errors of the connection have no SQLSTATE, so whatever has none is one. */
export function classifyFailure(error: unknown): FailureClass {
  if (error instanceof RowsNotWrittenError) return 'poison'
  if (!(error instanceof Error)) return 'unknown'
  const code = sqlStateOf(error)
  if (code === undefined) return 'away'
  // A missing partition says 23514 like a broken check does, but is nothing that the event did.
  if (code === '23514' && error.message.includes('no partition')) return 'mend'
  return classes[code] ?? classes[code.slice(0, 2)] ?? 'unknown'
}

/** Whether leaving events out can help. */
export function mayBeTheEvents(error: unknown): boolean {
  return ['poison', 'unknown'].includes(classifyFailure(error))
}

/** Every one has a digit; `EPIPE` and other errors of the connection are five capitals as well. */
const sqlState = /^(?=.*\d)[0-9A-Z]{5}$/

/** The SQLSTATE of an error, where it has one. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  return sqlState.test(error.code) ? error.code : undefined
}
