import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { storedKey, type StoredKey } from './stored-key.ts'

const snapshotForm = z.object({ version: z.literal(1), writtenAtMs: z.number(), keys: z.array(storedKey) })

/** The keys as they were in the database at `writtenAtMs`. Hashes only. */
export interface KeySnapshot {
  writtenAtMs: number
  keys: StoredKey[]
}

/** Puts the snapshot at `path`, readable by this user only: whole, or not at all. */
export async function writeSnapshot(path: string, snapshot: KeySnapshot): Promise<void> {
  const temporaryPath = `${path}.${process.pid}.tmp`
  await writeFile(temporaryPath, JSON.stringify({ version: 1, ...snapshot }), { mode: 0o600, flush: true })
  await rename(temporaryPath, path)
}

/** The snapshot at `path`; undefined when there is none, or none that can be read. */
export async function readSnapshot(path: string): Promise<KeySnapshot | undefined> {
  try {
    return snapshotForm.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}
