import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listScenarios } from './list-scenarios.ts'
import { readOptions, usage, type Options } from './options.ts'
import { playNegativeControls } from './play-negative-controls.ts'
import { playScenarios } from './play-scenarios.ts'
import { say } from './progress.ts'
import { checkReport } from './write-report.ts'

process.exitCode = await main()

/** The exit code: 0 when everything was as it must be, 2 for arguments that make no sense. */
async function main(): Promise<number> {
  let options: Options
  try {
    options = readOptions(process.argv.slice(2))
    if (options.reportPath !== undefined) await checkReport(options.reportPath)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
    return 2
  }
  if (options.task === 'help' || options.task === 'list') {
    process.stdout.write(options.task === 'help' ? usage : listScenarios())
    return 0
  }
  say(`seed ${options.seed}`)
  const root = await mkdtemp(join(tmpdir(), 'weir-chaos-'))
  const isGood = await play(options, root)
  if (isGood) await rm(root, { recursive: true, force: true })
  else say(`logs and data are in ${root}`)
  say(`seed ${options.seed}: ${isGood ? 'pass' : 'FAIL'}`)
  return isGood ? 0 : 1
}

function play(options: Options, root: string): Promise<boolean> {
  if (options.task === 'negative-controls') return playNegativeControls(options, root)
  return playScenarios(options, root)
}
