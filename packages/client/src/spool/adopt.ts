import { readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** Of another machine, whose processes cannot be asked: left alone until nothing was written for this long. */
const otherHostMs = 600_000

/** Directories of clients of this process. */
const inUse = new Set<string>()

/** The name of a new client's directory. */
export function claimDirectory(random: string): string {
  const name = `${toHostName()}~${process.pid}~${random}`
  inUse.add(name)
  return name
}

export function releaseDirectory(name: string): void {
  inUse.delete(name)
}

/**
 * Moves the files of clients that have ended into `directory/own`, under names that `toName` gives. A rename
 * succeeds for one process only, so that two that start at the same time share the files.
 */
export async function adoptFiles(
  directory: string,
  own: string,
  toName: (name: string) => string | undefined,
): Promise<string[]> {
  const adopted: string[] = []
  for (const name of await readdir(directory)) {
    if (name === own || !(await isAbandoned(directory, name))) continue
    const files = await readdir(join(directory, name)).catch(() => [])
    for (const file of files.toSorted((a, b) => (a < b ? -1 : 1))) {
      const source = join(directory, name, file)
      const target = toName(file)
      if (target === undefined) await rm(source, { force: true })
      else if (await moved(source, join(directory, own, target))) adopted.push(target)
    }
    // Another client may be at the same directory; who is last removes it.
    await rmdir(join(directory, name)).catch(() => undefined)
  }
  return adopted
}

async function moved(source: string, target: string): Promise<boolean> {
  return rename(source, target).then(
    () => true,
    () => false,
  )
}

async function isAbandoned(directory: string, name: string): Promise<boolean> {
  const [host, pid, random] = name.split('~')
  if (random === undefined || inUse.has(name)) return false
  if (host === toHostName()) return Number(pid) === process.pid || !isAlive(Number(pid))
  const stats = await stat(join(directory, name)).catch(() => undefined)
  return stats !== undefined && Date.now() - stats.mtimeMs > otherHostMs
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Alive, but somebody else's.
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM'
  }
}

function toHostName(): string {
  return hostname().replaceAll(/[^\w.-]/g, '_')
}
