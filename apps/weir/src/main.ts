import './require-node.ts'
import { claimHome, noteRun } from './claim-home.ts'
import { readConfig } from './config.ts'
import { runDemo } from './demo/run-demo.ts'
import { explain } from './explain.ts'
import { findPorts } from './find-ports.ts'
import { loadEnvironmentFile } from './load-environment-file.ts'
import { openStore } from './open-store.ts'
import { prepareDatabase } from './prepare-database.ts'
import { describeKey, describeRun } from './print-welcome.ts'
import { readArguments } from './read-arguments.ts'
import { describeServices } from './services.ts'
import { hearStopSignals, untilAborted } from './stop-signals.ts'
import { Supervisor } from './supervise.ts'

loadEnvironmentFile()
const { demo: isDemo, dataDir } = readArguments(process.argv)
const { stopping, hurrying } = hearStopSignals()
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const resources = new AsyncDisposableStack()
try {
  await run()
} catch (error) {
  // Ctrl-C also ends what was being started.
  if (!stopping.aborted) {
    process.stderr.write(`weir: ${explain(error)}\n`)
    process.exitCode = 1
  }
} finally {
  await resources.disposeAsync()
}
if (stopping.aborted) say('Weir has stopped; the data is kept.')

async function run(): Promise<void> {
  const config = readConfig(process.env, dataDir)
  resources.defer(await claimHome(config.home))
  const addresses = await findPorts(config.addresses)
  say('Weir is starting …')
  const store = await openStore(config, say)
  resources.defer(store.close)
  hurrying.addEventListener('abort', store.kill)
  const key = await prepareDatabase(store.databaseUrl, config.bootstrapKeys)
  resources.defer(await noteRun(config.home, { databaseUrl: store.databaseUrl }))
  say(describeKey(key))

  const services = describeServices(config, addresses, store.databaseUrl, process.env)
  const supervisors = services.map((service) => new Supervisor(service, say))
  // The last one is stopped first: the producer, so that nothing new comes.
  for (const supervisor of supervisors.toReversed()) resources.defer(() => supervisor.stop())
  hurrying.addEventListener('abort', () => supervisors.forEach((supervisor) => supervisor.kill()))
  const started = Promise.all(supervisors.map((supervisor) => supervisor.start()))
  await Promise.race([started, untilAborted(stopping)])

  if (!stopping.aborted) say(describeRun({ addresses, store, usesRedis: config.usesRedis, key }))
  const { databaseUrl } = store
  if (isDemo) await runDemo({ addresses, databaseUrl, key, output: process.stdout, signal: stopping })
  await untilAborted(stopping)
  say('Stopping. Ctrl-C again hurries.')
}
