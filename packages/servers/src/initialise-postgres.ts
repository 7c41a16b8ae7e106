import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { prefixed, runToEnd } from './command.ts'
import { createPassword } from './password-file.ts'
import { giveTo, type PostgresAccount } from './postgres-account.ts'
import { syncDirectory } from './sync-directory.ts'

interface Initialisation {
  dataDirectory: string
  passwordFile: string
  initdb: string
  account: PostgresAccount
  /** False for data that nobody needs after a power loss: saves a second. */
  isDurable: boolean
  onLog?: ((line: string) => void) | undefined
}

/**
 * Makes a data directory: UTF-8, the collation C.UTF-8 of PostgreSQL itself (the same on every system), login with a
 * password only. It gets its name when it is complete: an interrupted start leaves nothing that looks like data.
 */
export async function initialisePostgres(options: Initialisation): Promise<void> {
  const { dataDirectory, passwordFile, initdb, account } = options
  const unfinished = `${dataDirectory}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  await createPassword(passwordFile)
  await giveTo(account, unfinished)
  await giveTo(account, passwordFile)
  const flags = [
    `--pgdata=${unfinished}`,
    `--pwfile=${passwordFile}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    ...(options.isDurable ? [] : ['--no-sync']),
  ]
  await runToEnd(prefixed(account.runAs, [initdb, ...flags]), options.onLog)
  await rename(unfinished, dataDirectory)
  if (options.isDurable) await syncDirectory(dirname(dataDirectory))
}
