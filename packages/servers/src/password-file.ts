import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { readIfPresent } from './read-if-present.ts'
import { syncDirectory } from './sync-directory.ts'

/** The password kept in a file, or undefined when there is none. */
export async function readPassword(file: string): Promise<string | undefined> {
  const text = (await readIfPresent(file))?.trim()
  return text === '' ? undefined : text
}

/** Makes a password that needs no escaping in a URL, and keeps it, durably, in a file that only its owner can read. */
export async function createPassword(file: string): Promise<string> {
  const password = randomBytes(24).toString('base64url')
  await rm(file, { force: true })
  await writeFile(file, `${password}\n`, { mode: 0o600, flag: 'wx', flush: true })
  await syncDirectory(dirname(file))
  return password
}
