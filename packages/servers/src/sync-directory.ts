import { open } from 'node:fs/promises'

/** Resolves when the names of a directory survive a power loss. Windows, which cannot do it so, does it by itself. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
