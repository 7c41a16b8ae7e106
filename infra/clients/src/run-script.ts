import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readConfiguration } from './read-configuration.ts'
import type { Weir } from './weir.ts'

/**
 * Runs the lines of JavaScript of a page, with more behind them that make it log, until it ends. Gives what it wrote;
 * rejects when it ends with an error.
 */
export async function runScript(
  weir: Weir,
  page: string,
  replace: Readonly<Record<string, string>>,
  more: string,
): Promise<string> {
  const file = join(weir.directory, `${page}.mjs`)
  await writeFile(file, `${readConfiguration(page, 'js', replace).join('\n')}\n${more}`)
  await linkModules(weir.directory)
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', process.execPath, file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`${page}.mjs ended with ${child.exitCode}: ${output}`)
  return output
}

/** So that a script there finds what is installed for these tests. */
async function linkModules(directory: string): Promise<void> {
  const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))
  await symlink(modules, join(directory, 'node_modules')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}
