import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readOptions, usage, type Options } from './options.ts'
import { say } from './progress.ts'
import { formatTable } from './report.ts'
import { runScenario, type Result } from './run-scenario.ts'

process.exitCode = await main()

/** The exit code: 0 when every scenario passed. */
async function main(): Promise<number> {
  let options: Options | undefined
  try {
    options = readOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
    return 2
  }
  if (options === undefined) {
    process.stdout.write(usage)
    return 0
  }
  say(`seed ${options.seed}`)
  const root = await mkdtemp(join(tmpdir(), 'weir-endure-'))
  const [results, crashes] = await playAll(options, root)
  if (!options.isJson) process.stdout.write(formatTable(results))
  const isGood = crashes === 0 && results.every(({ failures }) => failures.length === 0)
  if (isGood) await rm(root, { recursive: true, force: true })
  else say(`logs and data are in ${root}`)
  return isGood ? 0 : 1
}

async function playAll(options: Options, root: string): Promise<[Result[], number]> {
  const results: Result[] = []
  let crashes = 0
  for (const scenario of options.scenarios) {
    const directory = join(root, scenario.name)
    await mkdir(directory)
    const sayOf = (line: string): void => say(`${scenario.name}: ${line}`)
    sayOf('starting')
    try {
      const result = await runScenario(scenario, { ...options, directory, say: sayOf })
      results.push(result)
      if (options.isJson) process.stdout.write(`${JSON.stringify(result)}\n`)
      sayOf(result.failures.length === 0 ? 'pass' : `FAIL ${result.failures.join('; ')}`)
    } catch (error) {
      crashes += 1
      sayOf(`FAIL ${error instanceof Error ? error.stack : String(error)}`)
    }
  }
  return [results, crashes]
}
