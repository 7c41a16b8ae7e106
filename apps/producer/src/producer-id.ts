import { randomUUID } from 'node:crypto'
import { open, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const fileName = 'producer-id'

/**
 * The id under which this journal's batches are accounted for: of the directory, not of the process, so that it is
 * the same after a restart. Makes one where there is none, or none that can be read. The journal has to be open:
 * its lock keeps a second process from making another.
 */
export async function readProducerId(directory: string): Promise<string> {
  const path = join(directory, fileName)
  const text = await readFile(path, 'utf8').catch(() => '')
  const known = z.uuid().safeParse(text.trim())
  if (known.success) return known.data
  const id = randomUUID()
  await writeFile(`${path}.new`, `${id}\n`, { mode: 0o600, flush: true })
  await rename(`${path}.new`, path)
  await syncDirectory(directory)
  return id
}

/** The new name has to survive a power loss as the batches that are written after it do. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
