import { chown, lchown, mkdir, readFile, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, commandSucceeds, prefixed } from './command.ts'
import { hasCode } from './has-code.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'

/** A user and a group of this machine, as numbers. */
interface Ids {
  uid: number
  gid: number
}

/** Under whom PostgreSQL runs. */
export interface PostgresAccount {
  /** A command that runs the one after it as that account; empty for the account of this process. */
  runAs: readonly string[]
  /** Who must own PostgreSQL's files; undefined when this process is not root and cannot give files away. */
  owner: Ids | undefined
}

/**
 * PostgreSQL refuses to run as root. For a root process this gives the first way to run it otherwise that works here,
 * found by trying each one with these binaries beside this data directory:
 *
 * 1. As the owner of existing data, if that is not root.
 * 2. In a user namespace where root has another number: the files stay root's, wherever they are.
 * 3. As a service account that may pass any folder (the capability `dac_override`), which a container without
 *    user namespaces allows, and which reaches a clone below `/root` too.
 * 4. As a service account without that.
 *
 * Ways 2 and 3 are no protection from PostgreSQL's superuser: they can write what root can.
 */
export async function choosePostgresAccount(
  dataDirectory: string,
  binaries: PostgresBinaries,
): Promise<PostgresAccount> {
  if (process.geteuid?.() !== 0) return { runAs: [], owner: undefined }
  const service = await findServiceAccount()
  const dataOwner = await findOwner(dataDirectory)
  const drops = dataOwner === undefined || dataOwner.uid === 0 ? [] : withAndWithoutReach(dataOwner)
  for (const account of [...drops, inUserNamespace(service), ...withAndWithoutReach(service)]) {
    if (await canRun(account, dataDirectory, binaries)) return account
  }
  throw new Error(
    'PostgreSQL does not run as root, and neither unshare nor setpriv can change that here: start as another user, or set DATABASE_URL',
  )
}

/** Gives the data directory to the account that PostgreSQL runs under, if this process is root and it is not so yet. */
export async function giveTo(account: PostgresAccount, path: string): Promise<void> {
  const { owner } = account
  if (owner === undefined || (await stat(path)).uid === owner.uid) return
  if ((await stat(path)).isDirectory()) {
    for (const entry of await readdir(path, { recursive: true }))
      await lchown(join(path, entry), owner.uid, owner.gid)
  }
  // The folder itself is last: when this is interrupted, the next start does it again.
  await chown(path, owner.uid, owner.gid)
}

function inUserNamespace({ uid, gid }: Ids): PostgresAccount {
  return {
    runAs: ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`],
    owner: { uid: 0, gid: 0 },
  }
}

function withAndWithoutReach(owner: Ids): PostgresAccount[] {
  const drop = ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups']
  // Without the last of them access(2), which PostgreSQL uses to find its programs, ignores the capability.
  const reach = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup']
  return [
    { runAs: [...drop, ...reach], owner },
    { runAs: drop, owner },
  ]
}

/** Starts initdb as the account and makes it write a file below the folder where the data will be. */
async function canRun(
  account: PostgresAccount,
  dataDirectory: string,
  { initdb }: PostgresBinaries,
): Promise<boolean> {
  const probe = `${dataDirectory}.probe`
  await rm(probe, { recursive: true, force: true })
  await mkdir(probe, { mode: 0o700 })
  try {
    await giveTo(account, probe)
    const script = 'cd "$1" && : > file && rm file && exec "$2" --show --pgdata="$1"'
    const command: Command = ['sh', '-c', script, 'sh', probe, initdb]
    return await commandSucceeds(prefixed(account.runAs, command))
  } catch {
    // In a container with a single user number, nothing can be given to another.
    return false
  } finally {
    await rmdir(probe)
  }
}

async function findOwner(path: string): Promise<Ids | undefined> {
  try {
    const { uid, gid } = await stat(path)
    return { uid, gid }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** PostgreSQL looks its own user up by number: it must be one that the machine knows. */
async function findServiceAccount(): Promise<Ids> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  for (const wanted of ['postgres', 'daemon', 'nobody']) {
    const [, , uid, gid] = lines.find(([name]) => name === wanted) ?? []
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error(
    'PostgreSQL does not run as root, and no account postgres, daemon or nobody is in /etc/passwd',
  )
}
