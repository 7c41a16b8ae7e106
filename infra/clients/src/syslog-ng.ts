import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram } from './provide-programs.ts'
import { readConfiguration } from './read-configuration.ts'
import { runProgram, type RunningProgram } from './run-program.ts'
import type { Weir } from './weir.ts'

/** A file of it, and Debian's package of that. Its destination for HTTP is in a package of its own. */
export const syslogNgPackages = {
  'syslog-ng': 'syslog-ng-core',
  'syslog-ng-ctl': 'syslog-ng-core',
}

/** Starts syslog-ng with the lines of a page, which then posts to this Weir. */
export async function runSyslogNg(
  weir: Weir,
  page: string,
  replace: Readonly<Record<string, string>>,
): Promise<RunningProgram> {
  const lines = readConfiguration(page, 'syslog-ng', {
    'http://127.0.0.1:8001': weir.url,
    'YOUR-KEY': weir.key,
    ...replace,
  })
  const at = (name: string): string => join(weir.directory, `syslog-ng.${name}`)
  const options = `@version: 3.35\noptions { };\n`
  // Beside the tests' other files, not in the directory of the system's own syslog-ng.
  const own = lines.join('\n').replaceAll('disk-buffer(', `disk-buffer(dir("${weir.directory}") `)
  await writeFile(at('conf'), `${options}${own}`)
  const flags = ['--foreground', '--stderr', '--no-caps', '--cfgfile', at('conf'), '--control', at('ctl')]
  const state = ['--persist-file', at('persist'), '--pidfile', at('pid')]
  const control = findProgram('syslog-ng-ctl') ?? 'syslog-ng-ctl'
  return runProgram('syslog-ng', [...flags, ...state], () => {
    if (!existsSync(at('ctl'))) return false
    return spawnSync(control, ['stats', '--control', at('ctl')], { stdio: 'ignore' }).status === 0
  })
}
