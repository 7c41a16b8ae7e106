import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestDatabase } from '@weir/database/testing'
import { Gate } from '@weir/input/gate'
import { openInstallation, type Installation } from '@weir/input/installation'
import { startRedis } from '@weir/servers'

/** Weir as it is installed, behind a gate that can be shut. Disposing it ends and removes all of it. */
export interface RunningWeir extends AsyncDisposable {
  installation: Installation
  gate: Gate
  /** Of `POST /log`, through the gate and past it. */
  url: string
  directUrl: string
  apiKey: string
  directory: string
}

export async function openWeir(): Promise<RunningWeir> {
  await using opened = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'weir-sdk-'))
  opened.defer(() => rm(directory, { recursive: true, force: true }))
  const [redisDirectory, weirDirectory] = [join(directory, 'redis'), join(directory, 'weir')]
  await Promise.all([mkdir(redisDirectory), mkdir(weirDirectory)])
  const redis = opened.use(await startRedis({ directory: redisDirectory }))
  const database = opened.use(await openTestDatabase())
  const installation = opened.use(
    await openInstallation({
      directory: weirDirectory,
      databaseUrl: database.url,
      redisUrl: redis.url,
      started: ['producer', 'consumer'],
    }),
  )
  const { port } = installation.services.producer
  const gate = opened.use(new Gate(port))
  await gate.open()
  const directUrl = `http://127.0.0.1:${port}/log`
  const resources = opened.move()
  return {
    installation,
    gate,
    url: gate.through(directUrl),
    directUrl,
    apiKey: installation.keys.ingest,
    directory,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
