import { findRedisServer } from '@weir/servers'
import { installPackages } from './install-packages.ts'

/**
 * Makes sure that a Redis server is on the PATH: installs Debian's with apt-get where there is none and this process
 * may do so. Throws one line that says what to install where it cannot.
 */
export async function provideRedis(say: (line: string) => void): Promise<void> {
  if ((await findRedisServer()) !== undefined) return
  say('Redis is not on the PATH: installing redis-server with apt-get')
  if (installPackages(['redis-server']) && (await findRedisServer()) !== undefined) return
  throw new Error('The tests need Redis: install redis-server or valkey-server, or set REDIS_URL')
}
