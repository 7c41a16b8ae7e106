import fs from 'node:fs'

type Done = (error: Error | null, result?: number) => void

/** A write to a file of the journal that was not begun yet. */
export interface JournalWrite {
  bytes: Buffer
  /** Begins it. The bytes must not change until it is done. */
  write: (bytes: Buffer, done: Done) => void
  /** Tells the journal how it went. */
  done: Done
}

/** Lets `handle` do the writes of this process' journal. */
export function interceptJournalWrites(handle: (call: JournalWrite) => void): void {
  const segments = new Set<number>()
  // Of the overloads, the ones that the journal calls.
  const open = fs.open as (path: string, flags: number, mode: number, done: Done) => void
  const write = fs.write as (
    fd: number,
    bytes: Buffer,
    at: number,
    length: number,
    to: number,
    done: Done,
  ) => void
  Object.assign(fs, {
    open(path: string, flags: number, mode: number, done: Done) {
      open(path, flags, mode, (error, fd) => {
        if (fd !== undefined && path.endsWith('.seg')) segments.add(fd)
        done(error, fd)
      })
    },
    write(fd: number, bytes: Buffer, at: number, length: number, to: number, done: Done) {
      if (!segments.has(fd)) {
        write(fd, bytes, at, length, to, done)
        return
      }
      handle({
        bytes: bytes.subarray(at, at + length),
        write: (given, whenDone) => write(fd, given, 0, given.length, to, whenDone),
        done,
      })
    },
  })
}
