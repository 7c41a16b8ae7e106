import { hash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'

/** Puts a text at `path`, readable by this user only: whole, or not at all. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporaryPath = `${path}.${process.pid}.tmp`
  await rm(temporaryPath, { force: true })
  // Only a file that is new has the mode that is asked for.
  const file = await open(temporaryPath, 'wx', 0o600)
  try {
    await file.writeFile(`${hash('sha256', text)}\n${text}`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporaryPath, path)
}

/**
 * The text at `path`; undefined when there is none, or none that can be relied on: damaged, or a file that another user
 * may have written. `onRefused` is told why.
 */
export async function readPrivateFile(
  path: string,
  onRefused: (reason: string) => void,
): Promise<string | undefined> {
  let content: string
  try {
    const file = await open(path, 'r')
    try {
      const { mode, uid } = await file.stat()
      const user = process.geteuid?.()
      // Windows knows neither.
      if (user !== undefined && (uid !== user || (mode & 0o077) !== 0)) {
        onRefused('its file has to be this user’s alone (mode 0600)')
        return undefined
      }
      content = await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
  const lineEnd = content.indexOf('\n')
  const text = content.slice(lineEnd + 1)
  if (lineEnd === 64 && content.slice(0, lineEnd) === hash('sha256', text)) return text
  onRefused('its checksum does not fit')
  return undefined
}
