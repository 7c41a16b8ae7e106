import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Rig } from '../rig/open-rig.ts'

/** A segment that has been written to. */
export interface WrittenSegment {
  path: string
  /** Where its last frame ends; there may be zeros behind it, for frames to come. */
  byteLength: number
}

/** The segments of a journal that have been written to, oldest first. One may follow that is only prepared. */
export async function listSegments(directory: string): Promise<WrittenSegment[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.seg'))
  const segments: WrittenSegment[] = []
  for (const name of names.toSorted()) {
    const path = join(directory, name)
    const content = await readFile(path).catch((error: unknown) => {
      if (isGone(error)) return Buffer.alloc(0)
      throw error
    })
    let byteLength = content.length
    // A frame ends in the line break of its batch.
    while (content[byteLength - 1] === 0) byteLength -= 1
    if (byteLength > 0) segments.push({ path, byteLength })
  }
  return segments
}

/** The segment that is being written. Throws when there is none. */
export async function findActiveSegment(directory: string): Promise<string> {
  const newest = (await listSegments(directory)).at(-1)
  if (newest === undefined) throw new Error(`No segment is in ${directory}.`)
  return newest.path
}

/** The journal removes what it needs no more at any time. */
function isGone(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT'
}

/** Where the first producer keeps its journal. */
export function journalOf({ dataDirectory }: Rig): string {
  return join(dataDirectory, 'producer-journal')
}
