import { readdir, readFile } from 'node:fs/promises'
import { activeFault, type ActiveFault } from './fault.ts'

/** A process and all that descend from it, itself first. */
export async function listProcessTree(pid: number): Promise<number[]> {
  const parents = new Map<number, number>()
  for (const name of await readdir('/proc')) {
    const child = Number(name)
    if (!Number.isSafeInteger(child)) continue
    const parent = await findParent(child)
    if (parent !== undefined) parents.set(child, parent)
  }
  const tree = [pid]
  // Grows while it is walked: each one found brings its children.
  for (const known of tree) {
    for (const [child, parent] of parents) if (parent === known) tree.push(child)
  }
  return tree
}

async function findParent(pid: number): Promise<number | undefined> {
  // The name, in brackets, may hold anything; after it come the state and the parent.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const parent = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .at(1)
  return parent === undefined ? undefined : Number(parent)
}

/**
 * Suspends a process and all that descend from it: their connections stay open, and nothing answers. The first is
 * suspended first and goes on last, so that it neither makes others meanwhile nor misses one that ends.
 */
export async function suspendTree(pid: number): Promise<ActiveFault> {
  process.kill(pid, 'SIGSTOP')
  const tree = await listProcessTree(pid)
  for (const each of tree) send(each, 'SIGSTOP')
  return activeFault(async () => {
    for (const each of tree.toReversed()) send(each, 'SIGCONT')
  })
}

/** kill -9 to each that still runs: one that is suspended would not notice the end of its parent. */
export function killEach(pids: readonly number[]): void {
  for (const pid of pids) send(pid, 'SIGKILL')
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended, which is no concern of whoever wants it suspended or ended.
  }
}
