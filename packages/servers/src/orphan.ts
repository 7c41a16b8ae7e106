import { readFile, readlink, realpath, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasCode } from './has-code.ts'
import { readIfPresent } from './read-if-present.ts'

/** Notes which process serves a directory, and that this process started it, for `stopOrphan` at the next start. */
export async function recordServer(recordFile: string, pid: number): Promise<void> {
  await writeFile(recordFile, `${pid} ${process.pid}\n`)
}

/**
 * Stops the server that a killed process left behind on a directory. Throws when the process that started it still
 * lives, or when it does not end. Does nothing where the system has no `/proc`.
 */
export async function stopOrphan(
  recordFile: string,
  directory: string,
  signal: NodeJS.Signals,
): Promise<void> {
  const record = await readIfPresent(recordFile)
  if (record === undefined) return
  const [pid = 0, parentPid] = record.split(' ').map(Number)
  const limitMs = 60_000
  const pollMs = 50
  const deadline = Date.now() + limitMs
  for (let isAsked = false; await serves(pid, directory); await sleep(pollMs)) {
    // A process whose parent dies gets another parent, so this is exact even when process numbers are used again.
    if ((await findParentPid(pid)) === parentPid || Date.now() > deadline) {
      throw new Error(`${directory} is in use by process ${pid}`)
    }
    if (!isAsked) sendSignal(pid, signal)
    isAsked = true
  }
}

/** Whether a process certainly does not serve a directory. False when it is gone, or cannot be looked at. */
export async function servesElsewhere(pid: number, directory: string): Promise<boolean> {
  if (/^State:\s+Z/m.test(await readStatus(pid))) return true
  const workingDirectory = await findWorkingDirectory(pid)
  return workingDirectory !== undefined && workingDirectory !== (await findRealPath(directory))
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error
  }
}

/** PostgreSQL and Redis both change to the directory of their data. */
async function serves(pid: number, directory: string): Promise<boolean> {
  const workingDirectory = await findWorkingDirectory(pid)
  return workingDirectory !== undefined && workingDirectory === (await findRealPath(directory))
}

async function findWorkingDirectory(pid: number): Promise<string | undefined> {
  try {
    return await readlink(`/proc/${pid}/cwd`)
  } catch {
    // Gone, a zombie, another user's, or no Linux: the server's own lock decides then.
    return undefined
  }
}

async function findRealPath(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined)
}

async function findParentPid(pid: number): Promise<number | undefined> {
  const parent = (await readStatus(pid)).match(/^PPid:\s+(\d+)/m)?.[1]
  return parent === undefined ? undefined : Number(parent)
}

/** Empty for a process that is gone; the code of the error for that depends on the moment. */
async function readStatus(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
}
