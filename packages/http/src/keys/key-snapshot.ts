import { hash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { z } from 'zod'
import { storedKey, type StoredKey } from './stored-key.ts'

const snapshotForm = z.object({ version: z.literal(2), writtenAtMs: z.number(), keys: z.array(storedKey) })

/** The keys as they were in the database at `writtenAtMs`. Hashes only. */
export interface KeySnapshot {
  writtenAtMs: number
  keys: StoredKey[]
}

/** Puts the snapshot at `path`, readable by this user only: whole, or not at all. */
export async function writeSnapshot(path: string, snapshot: KeySnapshot): Promise<void> {
  const temporaryPath = `${path}.${process.pid}.tmp`
  const body = JSON.stringify({ version: 2, ...snapshot })
  await rm(temporaryPath, { force: true })
  // Only a file that is new has the mode that is asked for.
  const file = await open(temporaryPath, 'wx', 0o600)
  try {
    await file.writeFile(`${hash('sha256', body)}\n${body}`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporaryPath, path)
}

/**
 * The snapshot at `path`; undefined when there is none, or none that can be relied on: damaged, or a file that another
 * user may have written. `onRefused` is told why.
 */
export async function readSnapshot(
  path: string,
  onRefused: (reason: string) => void,
): Promise<KeySnapshot | undefined> {
  let text: string
  try {
    const file = await open(path, 'r')
    try {
      const { mode, uid } = await file.stat()
      const user = process.geteuid?.()
      // Windows knows neither.
      if (user !== undefined && (uid !== user || (mode & 0o077) !== 0)) {
        onRefused('key snapshot ignored: its file has to be this user’s alone (mode 0600)')
        return undefined
      }
      text = await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
  const lineEnd = text.indexOf('\n')
  const body = text.slice(lineEnd + 1)
  if (lineEnd !== 64 || text.slice(0, lineEnd) !== hash('sha256', body)) {
    onRefused('key snapshot ignored: its checksum does not fit')
    return undefined
  }
  const parsed = snapshotForm.safeParse(JSON.parse(body))
  if (!parsed.success) onRefused('key snapshot ignored: it is of another version')
  return parsed.data
}
