import { spawnSync } from 'node:child_process'
import { findRedisServer } from '@weir/servers'

/**
 * Makes sure that a Redis server is on the PATH: installs Debian's with apt-get where there is none and this process
 * may do so. Throws one line that says what to install where it cannot.
 */
export async function provideRedis(say: (line: string) => void): Promise<void> {
  if ((await findRedisServer()) !== undefined) return
  const asRoot = findWayToRoot()
  if (asRoot !== undefined && succeeds('apt-get', '--version')) {
    say('Redis is not on the PATH: installing redis-server with apt-get')
    const isInstalled = install(asRoot) || (succeeds(...asRoot, 'apt-get', 'update') && install(asRoot))
    if (isInstalled && (await findRedisServer()) !== undefined) return
  }
  throw new Error('The tests need Redis: install redis-server or valkey-server, or set REDIS_URL')
}

function install(asRoot: string[]): boolean {
  const flags = ['--yes', '--quiet', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120']
  return succeeds(
    ...asRoot,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    'install',
    ...flags,
    'redis-server',
  )
}

/** A prefix for commands that only root may run: nothing as root, sudo where it asks for no password. */
function findWayToRoot(): string[] | undefined {
  if (process.geteuid?.() === 0) return []
  return succeeds('sudo', '--non-interactive', 'true') ? ['sudo', '--non-interactive'] : undefined
}

function succeeds(...command: string[]): boolean {
  const [file = '', ...args] = command
  return spawnSync(file, args, { stdio: 'ignore' }).status === 0
}
