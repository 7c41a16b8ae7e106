import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartError } from './start-error.ts'

const sqliteBusy = 5

/**
 * Makes this process the only Weir of the folder until the result is called. Throws a `StartError` when another
 * one runs there. The lock is SQLite's, which the kernel drops when its owner dies, however it dies.
 */
export async function claimHome(home: string): Promise<() => void> {
  await mkdir(home, { recursive: true })
  const lockPath = join(home, 'lock')
  await writeFile(lockPath, '', { mode: 0o600, flag: 'a' })
  const lock = new DatabaseSync(lockPath)
  try {
    lock.exec('begin exclusive')
    return () => lock.close()
  } catch (cause) {
    lock.close()
    const isBusy = cause instanceof Error && 'errcode' in cause && cause.errcode === sqliteBusy
    throw isBusy
      ? new StartError(
          `Weir already runs on ${home}: stop it with Ctrl-C there, or choose another --data-dir.`,
        )
      : cause
  }
}

/** What `npm start` tells the command line: a secret, because the URL holds a password. */
export const runFileName = 'run.json'

/** Writes down where the database of this run is, for `weir` on the command line. The result forgets it. */
export async function noteRun(home: string, run: { databaseUrl: string }): Promise<() => Promise<void>> {
  const path = join(home, runFileName)
  await rm(path, { force: true })
  await writeFile(path, JSON.stringify({ ...run, pid: process.pid }), { mode: 0o600, flag: 'wx' })
  return () => rm(path, { force: true })
}
