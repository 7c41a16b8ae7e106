import { spawnSync } from 'node:child_process'

/**
 * Installs packages of Debian with apt-get where this process may do so. Whether it did; what is missing
 * otherwise, the caller says.
 */
export function installPackages(names: readonly string[]): boolean {
  const asRoot = findWayToRoot()
  if (asRoot === undefined || !succeeds('apt-get', '--version')) return false
  return install(asRoot, names) || (succeeds(...asRoot, 'apt-get', 'update') && install(asRoot, names))
}

function install(asRoot: readonly string[], names: readonly string[]): boolean {
  const flags = ['--yes', '--quiet', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120']
  const env = ['env', 'DEBIAN_FRONTEND=noninteractive']
  return succeeds(...asRoot, ...env, 'apt-get', 'install', ...flags, ...names)
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
