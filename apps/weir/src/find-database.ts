import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { databaseEnvironment, toDatabaseUrl } from '@weir/database'
import { parseEnvironment } from '@weir/runtime'
import { z } from 'zod'
import { runFileName } from './claim-home.ts'
import { namesDatabase } from './config.ts'
import { defaultHome } from './paths.ts'
import { StartError } from './start-error.ts'

const runFile = z.object({ databaseUrl: z.string() })

/** The database that the environment names, else that of the `npm start` that runs here. Throws a `StartError`. */
export function findDatabase(env: NodeJS.ProcessEnv): string {
  if (namesDatabase(env)) return toDatabaseUrl(parseEnvironment(z.object(databaseEnvironment), env))
  const home = resolve(env['WEIR_HOME'] || defaultHome)
  try {
    return runFile.parse(JSON.parse(readFileSync(join(home, runFileName), 'utf8'))).databaseUrl
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    const message =
      code === 'EACCES'
        ? `Weir runs on ${home} as another user: run this command as that user, or set DATABASE_URL.`
        : `Weir does not run on ${home}: start it with npm start, or set DATABASE_URL.`
    throw new StartError(message, { cause })
  }
}
