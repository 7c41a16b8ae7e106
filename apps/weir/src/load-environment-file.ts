import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadEnvFile } from 'node:process'
import { repository } from './paths.ts'

/** Adds the variables of the repository's `.env`, if there is one; the environment's own win. */
export function loadEnvironmentFile(): void {
  const path = join(repository, '.env')
  if (existsSync(path)) loadEnvFile(path)
}
