import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the whole repository. */
export const repository = join(import.meta.dirname, '..', '..', '..')

/** The text of one of its files. */
export function readText(path: string): string {
  return readFileSync(join(repository, path), 'utf8')
}
