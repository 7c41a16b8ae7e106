import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { say } from '@weir/chaos/progress'
import { startPostgres, startRedis } from '@weir/servers'
import { openInstallation } from '../rig/installation.ts'
import { readOptions, usage, type Options } from './options.ts'
import { runFuzz } from './run-fuzz.ts'

process.exitCode = await main()

/** The exit code: 0 when nothing is wrong. */
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
  say(`${options.requests} requests, seed ${options.seed}`)
  const directory = await mkdtemp(join(tmpdir(), 'weir-fuzz-'))
  const troubles = await fuzzIn(directory, options)
  for (const trouble of troubles) say(trouble)
  if (troubles.length === 0) await rm(directory, { recursive: true, force: true })
  else say(`logs and data are in ${directory}`)
  process.stdout.write(`fuzz: ${troubles.length === 0 ? 'pass' : 'FAIL'}, seed ${options.seed}\n`)
  return troubles.length === 0 ? 0 : 1
}

async function fuzzIn(directory: string, options: Options): Promise<string[]> {
  try {
    await using postgres = await startPostgres({ dataDirectory: join(directory, 'postgres') })
    await using redis = await startRedis({ directory: join(directory, 'redis') })
    const services = join(directory, 'services')
    await mkdir(services)
    const urls = { databaseUrl: postgres.url, redisUrl: redis.url }
    await using installation = await openInstallation({ directory: services, ...urls })
    return await runFuzz(installation, options)
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)]
  }
}
