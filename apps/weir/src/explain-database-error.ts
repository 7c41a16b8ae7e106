import { StartError } from './start-error.ts'

const unreachable = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EAI_AGAIN',
])

/** One line for a person where the database cannot be used, with the way out; undefined for any other error. */
export function explainDatabaseError(error: unknown, url: string): StartError | undefined {
  const { hostname, port, pathname, username } = new URL(url)
  const where = `${hostname}:${port || '5432'}`
  for (const code of codesOf(error)) {
    if (unreachable.has(code)) {
      const message = `PostgreSQL does not answer at ${where} (${code}): start Weir with npm start, or point DATABASE_URL at a database that runs.`
      return new StartError(message, { cause: error })
    }
    const refused: Readonly<Record<string, string>> = {
      '28P01': `PostgreSQL at ${where} refuses the password of ${username}: check DATABASE_URL or DATABASE_PASSWORD.`,
      '28000': `PostgreSQL at ${where} refuses ${username}: check DATABASE_URL or DATABASE_USER.`,
      '3D000': `PostgreSQL at ${where} has no database ${pathname.slice(1)}: create it, or check DATABASE_URL.`,
      '42P01': `The database at ${where} lacks Weir's tables: npm run weir -- migrate`,
      '42501': `PostgreSQL at ${where} does not let ${username} do this: it needs to own the database's tables.`,
    }
    const message = refused[code]
    if (message !== undefined) return new StartError(message, { cause: error })
  }
  return undefined
}

/** The codes of an error, of what caused it, and of its parts: one for each address that was tried. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  const parts = error instanceof AggregateError ? error.errors.flatMap(codesOf) : []
  return [...own, ...parts, ...codesOf(error.cause)]
}
