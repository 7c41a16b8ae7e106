import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { activeFault, type ActiveFault } from './fault.ts'
import { canRun } from './run-program.ts'

/** What a system call does instead of, or before, its work. */
export type SyscallEffect = { error: 'EIO' | 'ENOSPC' } | { delayMs: number }

export interface SyscallFault {
  /** Numbers of processes or threads. */
  targets: readonly number[]
  /** Also all threads and children of the targets, those to come as well. */
  isFollowed?: boolean
  /** Such as `write` or `fdatasync`; several with commas between. */
  syscalls: string
  effect: SyscallEffect
  /** Only calls on this file; it need not be open yet. */
  path?: string
}

/** Why system calls cannot be tampered with here; undefined when they can. */
export async function whyNoStrace(): Promise<string | undefined> {
  if (!(await canRun('strace', '-V'))) return 'there is no program strace'
  return (await canRun('strace', '-o', '/dev/null', '-e', 'trace=none', 'true'))
    ? undefined
    : 'strace may not trace processes here'
}

/**
 * Tampers with the system calls of a running process, by strace. Resolves when it is attached; healed, the process
 * runs on untouched. `hits` counts the calls that were tampered with.
 */
export async function injectSyscallFault(
  fault: SyscallFault,
): Promise<ActiveFault & { hits: () => Promise<number> }> {
  const directory = await mkdtemp(join(tmpdir(), 'weir-strace-'))
  const log = join(directory, 'calls')
  const strace = spawn('strace', [...toArguments(fault), '-o', log], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => {
    strace.once('error', () => resolve())
    strace.once('close', () => resolve())
  })
  try {
    await untilAttached(strace, fault.targets.length)
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
  const count = async (): Promise<number> =>
    (await readFile(log, 'utf8')).split('\n').filter((line) => /INJECTED|DELAYED/.test(line)).length
  let hitsAtEnd: number | undefined
  const active = activeFault(async () => {
    strace.kill('SIGINT')
    await ended
    hitsAtEnd = await count()
    await rm(directory, { recursive: true, force: true })
  })
  return { ...active, hits: async () => hitsAtEnd ?? (await count()) }
}

/** A target that has ended meanwhile is none; one at least must be left. */
function untilAttached(strace: ChildProcess, targets: number): Promise<void> {
  const lines: string[] = []
  return new Promise((resolve, reject) => {
    if (strace.stderr !== null)
      createInterface({ input: strace.stderr }).on('line', (line) => {
        lines.push(line)
        if (lines.length === targets && lines.some((each) => each.includes('attached'))) resolve()
      })
    strace.once('error', reject)
    strace.once('close', () => reject(new Error(`strace ended: ${lines.join(' / ')}`)))
  })
}

function toArguments({ targets, isFollowed, syscalls, effect, path }: SyscallFault): string[] {
  const what = 'error' in effect ? `error=${effect.error}` : `delay_enter=${effect.delayMs * 1_000}`
  return [
    ...(isFollowed ? ['-f'] : []),
    ...targets.map((target) => `--attach=${target}`),
    ...(path === undefined ? [] : [`--trace-path=${path}`]),
    `--trace=${syscalls}`,
    `--inject=${syscalls}:${what}`,
  ]
}

/** The threads in which a Node process does its file work: the others go on at full speed. There are none before the first. */
export async function listFileThreads(pid: number): Promise<number[]> {
  const threads: number[] = []
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const name = await readFile(`/proc/${pid}/task/${thread}/comm`, 'utf8')
    if (name.startsWith('libuv-worker')) threads.push(Number(thread))
  }
  return threads
}
