import type { StoredRedaction } from '@weir/database'
import { readPrivateFile, writePrivateFile } from '@weir/runtime'
import { z } from 'zod'

const snapshotForm = z.object({
  version: z.literal(1),
  hashKey: z.string(),
  projects: z.array(z.object({ projectId: z.int(), rules: z.unknown() })),
})

/** Keeps the rules of all projects, and the key of the hashes, for a start without PostgreSQL. */
export function writeRedactionSnapshot(path: string, stored: StoredRedaction): Promise<void> {
  return writePrivateFile(path, JSON.stringify({ version: 1, ...stored }))
}

/** What was kept; undefined when there is nothing that can be relied on. `onRefused` is told why. */
export async function readRedactionSnapshot(
  path: string,
  onRefused: (reason: string) => void,
): Promise<StoredRedaction | undefined> {
  const text = await readPrivateFile(path, (reason) => onRefused(`redaction snapshot ignored: ${reason}`))
  if (text === undefined) return undefined
  const parsed = snapshotForm.safeParse(JSON.parse(text))
  if (!parsed.success) onRefused('redaction snapshot ignored: it is of another version')
  return parsed.data
}
