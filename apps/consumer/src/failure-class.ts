/** The server wrote fewer rows than it was given, and said nothing: a trigger or a rule takes some away. */
export class RowsNotWrittenError extends Error {
  override readonly name = 'RowsNotWrittenError'
}

/**
 * What to do about an error of the database.
 *
 * - `retry`: it will pass, or someone will mend it; the events are fine and wait.
 * - `poison`: an event cannot be stored, now or later.
 * - `unknown`: anything else.
 */
export type FailureClass = 'retry' | 'poison' | 'unknown'

/** Conditions of the server, by class and by code. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const serverClasses = ['08', '25', '28', '3D', '40', '53', '55', '57', '58', 'F0', 'XX']
const serverCodes = ['42501', '42P01', '42703', '42883']
/** Data that does not fit its column, or a row that breaks a constraint. */
const dataClasses = ['21', '22', '23', '54']

/** Classifies what a query threw. Errors of the connection have no SQLSTATE, so whatever has none is one. */
export function classifyFailure(error: unknown): FailureClass {
  if (error instanceof RowsNotWrittenError) return 'poison'
  if (!(error instanceof Error)) return 'unknown'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (!/^[0-9A-Z]{5}$/.test(code)) return 'retry'
  // A missing partition says 23514 like a broken check does, but is nothing that the event did.
  if (code === '23514' && error.message.includes('no partition')) return 'retry'
  if (serverCodes.includes(code) || serverClasses.includes(code.slice(0, 2))) return 'retry'
  return dataClasses.includes(code.slice(0, 2)) ? 'poison' : 'unknown'
}

/** The SQLSTATE of an error, where it has one. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
