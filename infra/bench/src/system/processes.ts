import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks of /proc/PID/stat a second: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

interface ProcessStat {
  parent: number
  cpuSeconds: number
  /** Of children that have ended and were waited for. */
  endedChildrenCpuSeconds: number
}

function readStat(pid: number | string): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name, in parentheses, may hold anything. Behind it: state, parent, …, utime, stime, cutime, cstime.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const seconds = (index: number) => Number(fields[index]) / ticksPerSecond
    return {
      parent: Number(fields[1]),
      cpuSeconds: seconds(11) + seconds(12),
      endedChildrenCpuSeconds: seconds(13) + seconds(14),
    }
  } catch {
    // It ended just now.
    return undefined
  }
}

/** CPU time that a process has used, all its threads, user and system. 0 for one that has ended. */
export function cpuSecondsOf(pid: number): number {
  return readStat(pid)?.cpuSeconds ?? 0
}

/** The process that started a process; 0 for one that has ended. */
export function parentOf(pid: number): number {
  return readStat(pid)?.parent ?? 0
}

/** CPU time of PostgreSQL's backends so far: processes that serve a connection, also those that have ended. */
export function backendCpuSeconds(postmasterPid: number, except: ReadonlySet<number>): number {
  let sum = readStat(postmasterPid)?.endedChildrenCpuSeconds ?? 0
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || except.has(Number(name))) continue
    const stat = readStat(name)
    if (stat?.parent === postmasterPid && isBackend(name)) sum += stat.cpuSeconds
  }
  return sum
}

/** A backend shows its client's address in its title: `postgres: user database 127.0.0.1(40000) idle`. */
function isBackend(pid: string): boolean {
  try {
    return /\d\(\d+\)/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'))
  } catch {
    return false
  }
}

/** Resident memory of a process in bytes. 0 for one that has ended. */
export function residentBytesOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024
  } catch {
    return 0
  }
}
