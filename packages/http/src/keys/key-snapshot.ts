import { readPrivateFile, writePrivateFile } from '@weir/runtime'
import { z } from 'zod'
import { storedKey, type StoredKey } from './stored-key.ts'

const snapshotForm = z.object({ version: z.literal(2), writtenAtMs: z.number(), keys: z.array(storedKey) })

/** The keys as they were in the database at `writtenAtMs`. Hashes only. */
export interface KeySnapshot {
  writtenAtMs: number
  keys: StoredKey[]
}

/** Puts the snapshot at `path`, readable by this user only: whole, or not at all. */
export function writeSnapshot(path: string, snapshot: KeySnapshot): Promise<void> {
  return writePrivateFile(path, JSON.stringify({ version: 2, ...snapshot }))
}

/** The snapshot at `path`; undefined when there is none that can be relied on. `onRefused` is told why. */
export async function readSnapshot(
  path: string,
  onRefused: (reason: string) => void,
): Promise<KeySnapshot | undefined> {
  const text = await readPrivateFile(path, (reason) => onRefused(`key snapshot ignored: ${reason}`))
  if (text === undefined) return undefined
  const parsed = snapshotForm.safeParse(JSON.parse(text))
  if (!parsed.success) onRefused('key snapshot ignored: it is of another version')
  return parsed.data
}
