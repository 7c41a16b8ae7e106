import { readdir, readFile } from 'node:fs/promises'

/** What a process holds. */
export interface Use {
  /** Open files and sockets. */
  files: number
  /** Resident memory in bytes. */
  memoryBytes: number
}

const bytesPerKib = 1_024

/** Asks the system about a process. `undefined` when there is none, and where there is no `/proc`. */
export async function readUse(pid: number | undefined): Promise<Use | undefined> {
  if (pid === undefined) return undefined
  try {
    const [files, status] = await Promise.all([
      readdir(`/proc/${pid}/fd`),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ])
    const kib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0)
    return { files: files.length, memoryBytes: kib * bytesPerKib }
  } catch {
    return undefined
  }
}
