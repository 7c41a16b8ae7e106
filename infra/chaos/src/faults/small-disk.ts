import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { activeFault, type ActiveFault } from './fault.ts'
import { canRun, runProgram } from './run-program.ts'

/** Why this machine cannot mount a disk; undefined when it can. */
export async function whyNoMount(): Promise<string | undefined> {
  if (process.geteuid?.() !== 0) return 'mounting a disk needs root'
  return (await canRun('mount', '--version')) ? undefined : 'there is no program mount'
}

/** A disk in memory that has little room. Disposing it unmounts it. */
export interface SmallDisk extends AsyncDisposable {
  directory: string
  /** Takes all the room that is left: whoever writes gets ENOSPC. Healed, the room is there again. */
  fill: () => Promise<ActiveFault>
}

/** Mounts one at `directory`, which is made. `owner`: who may use it, this process's user unless it is said. */
export async function mountSmallDisk(
  directory: string,
  sizeBytes: number,
  owner: { uid: number; gid: number } = { uid: 0, gid: 0 },
): Promise<SmallDisk> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const options = `size=${sizeBytes},mode=0700,uid=${owner.uid},gid=${owner.gid}`
  await runProgram('mount', '-t', 'tmpfs', '-o', options, 'weir-small-disk', directory)
  const ballast = join(directory, '.ballast')
  return {
    directory,
    fill: async () => {
      await takeAllRoom(directory, ballast)
      return activeFault(() => rm(ballast, { force: true }))
    },
    // What still has a file open must not keep the directory from being removed.
    [Symbol.asyncDispose]: async () => {
      await runProgram('umount', '--lazy', directory)
    },
  }
}

const pageBytes = 4_096

async function takeAllRoom(directory: string, ballast: string): Promise<void> {
  const page = Buffer.alloc(pageBytes, 'x')
  // What others free meanwhile is taken too, until not a page is left.
  for (let free = 1; free > 0; free = (await statfs(directory)).bavail) {
    try {
      const { bavail, bsize } = await statfs(directory)
      const wanted = Math.max(pageBytes, bavail * bsize)
      await writeFile(ballast, wanted > pageBytes ? Buffer.alloc(wanted, 'x') : page, { flag: 'a' })
    } catch (error) {
      if (!isNoSpace(error)) throw error
    }
  }
}

function isNoSpace(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOSPC'
}
