import { chmod, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { JournalLockedError } from './errors.ts'

const sqliteBusy = 5

/**
 * Makes this journal the directory's only one until the result is called. Throws `JournalLockedError` when another
 * one holds it, in this process or any other on the same kernel, in another container too.
 *
 * The lock is SQLite's lock of an empty database: the one kernel lock that Node can reach without a dependency.
 * The kernel drops it when its owner dies, however it dies, so none is ever stale; a file with a process id would
 * have to be judged, and two processes may judge at once. The owner's name beside it is only for the message.
 *
 * Nothing else in the process may open the lock file: closing it would drop the lock.
 */
export async function lockDirectory(directory: string): Promise<() => void> {
  const lockPath = join(directory, 'lock')
  const ownerPath = join(directory, 'lock.owner')
  const database = new DatabaseSync(lockPath)
  try {
    database.exec('begin exclusive')
    await chmod(lockPath, 0o600)
    const owner = `process ${process.pid} on ${hostname()}, since ${new Date().toISOString()}`
    await writeFile(ownerPath, owner, { mode: 0o600 })
    return () => database.close()
  } catch (cause) {
    database.close()
    if (!isBusy(cause)) throw cause
    const owner = await readFile(ownerPath, 'utf8').catch(() => 'another process')
    throw new JournalLockedError(`The journal in ${directory} is in use by ${owner}`, { cause })
  }
}

function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === sqliteBusy
}
