import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { findRedisServer } from './find-redis-server.ts'
import { launchOnPort } from './launch-on-port.ts'
import { launchServer } from './launch-server.ts'
import { recordServer, stopOrphan } from './orphan.ts'
import { createPassword, readPassword } from './password-file.ts'
import type { RunningServer } from './running-server.ts'

export interface RedisOptions {
  /** Where the data and the password live; made on first use (mode 0700). */
  directory: string
  /** A free one when it is absent or 0. */
  port?: number
  /** When a write is on the disk: before it is answered, or (the default) within a second. */
  appendFsync?: 'always' | 'everysec'
  /** Gets each line that Redis writes. */
  onLog?: (line: string) => void
}

/**
 * Starts the Redis or Valkey of this machine on 127.0.0.1, with a password, an append-only file and `noeviction`. A
 * later start on the same directory goes on with its data and its password. Ctrl-C in a terminal does not reach it,
 * and when this process dies it shuts down by itself (on Linux).
 *
 * Rejects with one line when neither server is on the PATH, when the port is in use, or when another process serves
 * the directory.
 */
export async function startRedis(options: RedisOptions): Promise<RunningServer> {
  const program = await findRedisServer()
  if (program === undefined)
    throw new Error('Neither redis-server nor valkey-server is on the PATH: install one of them')
  const directory = resolve(options.directory)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const passwordFile = join(directory, 'password')
  const recordFile = join(directory, 'process')
  await stopOrphan(recordFile, directory, 'SIGTERM')
  const password = (await readPassword(passwordFile)) ?? (await createPassword(passwordFile))

  const { server, port } = await launchOnPort('Redis', options.port ?? 0, (chosenPort) =>
    launchServer({
      // The configuration goes through standard input: arguments, and so the password, could be read by every user.
      command: [program, '-'],
      input: toConfiguration({ ...options, directory, port: chosenPort }, password),
      isReady: (line) => line.includes('Ready to accept connections'),
      stopSignal: 'SIGTERM',
      onSpawn: (pid) => recordServer(recordFile, pid),
      onLog: options.onLog,
    }),
  )
  return {
    ...server,
    url: `redis://:${password}@127.0.0.1:${port}`,
    port,
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

function toConfiguration(
  { directory, port, appendFsync = 'everysec' }: RedisOptions,
  password: string,
): string {
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(directory)}`,
    'appendonly yes',
    `appendfsync ${appendFsync}`,
    'save ""',
    'maxmemory-policy noeviction',
  ]
  return `${lines.join('\n')}\n`
}
