import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

const cache = join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'debian')

/**
 * Unpacks packages of Debian into a folder, without installing them: for a program that cannot be installed beside
 * another one. Gives the folder, which stands for `/`. Throws one line that says what is missing.
 */
export async function unpackPackages(name: string, packages: readonly string[]): Promise<string> {
  const root = join(cache, name)
  if (existsSync(root)) return root
  const directory = `${root}.${process.pid}`
  await mkdir(directory, { recursive: true })
  try {
    if (!download(packages, directory)) {
      throw new Error(`This test needs ${name}: \`apt-get download ${packages.join(' ')}\` has to work.`)
    }
    for (const file of await readdir(directory)) {
      if (file.endsWith('.deb')) run('dpkg', ['--extract', file, 'root'], directory)
    }
    await rename(join(directory, 'root'), root)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
  return root
}

function download(packages: readonly string[], directory: string): boolean {
  const once = (): boolean => run('apt-get', ['download', '--quiet', ...packages], directory)
  return once() || (run('apt-get', ['update', '--quiet'], directory) && once())
}

function run(command: string, args: readonly string[], cwd: string): boolean {
  return spawnSync(command, args, { cwd, stdio: 'ignore' }).status === 0
}
