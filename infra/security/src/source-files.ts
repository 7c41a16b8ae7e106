import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './repository.ts'

/** The paths of every source file of the services and their packages, without the tests. */
export function listSourceFiles(): string[] {
  return ['apps', 'packages'].flatMap((group) =>
    readdirSync(join(repository, group), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => listFiles(`${group}/${name}/src`)),
  )
}

function listFiles(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map(({ parentPath, name }) => join(parentPath, name).slice(repository.length + 1))
}
