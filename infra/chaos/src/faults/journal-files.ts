import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Rig } from '../rig/open-rig.ts'

/** The segments of a journal as paths, oldest first. */
export async function listSegments(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.seg'))
  return names.toSorted().map((name) => join(directory, name))
}

/** The segment that is being written. Throws when there is none. */
export async function findActiveSegment(directory: string): Promise<string> {
  const newest = (await listSegments(directory)).at(-1)
  if (newest === undefined) throw new Error(`No segment is in ${directory}.`)
  return newest
}

/** Where the first producer keeps its journal. */
export function journalOf({ dataDirectory }: Rig): string {
  return join(dataDirectory, 'producer-journal')
}
