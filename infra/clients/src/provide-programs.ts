import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { installPackages } from '@weir/testing/install-packages'

/**
 * Makes sure that programs are there: installs Debian's packages of them with apt-get where one is not and this
 * process may do so. `programs` gives the package of each. Throws one line that says what to install.
 */
export function providePrograms(programs: Readonly<Record<string, string>>): void {
  const missing = (): string[] => Object.keys(programs).filter((name) => findProgram(name) === undefined)
  if (missing().length === 0) return
  const packages = [...new Set(Object.values(programs))]
  installPackages(packages)
  const [name] = missing()
  if (name !== undefined) throw new Error(`This test needs ${name}: apt-get install ${packages.join(' ')}`)
}

/** The path of a program, in the directories of an administrator too. */
export function findProgram(name: string): string | undefined {
  // oxlint-disable-next-line node/no-process-env -- where programs are is told by the environment
  const directories = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/sbin',
  ]
  return directories.map((directory) => join(directory, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
