import { commandSucceeds } from './command.ts'

/** The name of the Redis on the PATH that can be run, `redis-server` before `valkey-server`; undefined without one. */
export async function findRedisServer(): Promise<string | undefined> {
  for (const name of ['redis-server', 'valkey-server']) {
    if (await commandSucceeds([name, '--version'])) return name
  }
  return undefined
}
