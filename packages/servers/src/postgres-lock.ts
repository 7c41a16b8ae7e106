import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { servesElsewhere } from './orphan.ts'
import { readIfPresent } from './read-if-present.ts'

/**
 * PostgreSQL removes the `postmaster.pid` of a crash itself, unless another program now has that process number,
 * which is common after a container restart. Then it is removed here.
 */
export async function removeStaleLock(dataDirectory: string): Promise<void> {
  const lock = join(dataDirectory, 'postmaster.pid')
  const pid = Number.parseInt((await readIfPresent(lock)) ?? '', 10)
  if (pid > 0 && (await servesElsewhere(pid, dataDirectory))) await rm(lock, { force: true })
}
