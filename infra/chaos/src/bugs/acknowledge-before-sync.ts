import fs from 'node:fs'

/** How long the disk lags behind what was said of it. */
const lagMs = 300

type Done = (error: Error | null, result?: number) => void

const segments = new Set<number>()
// Of the overloads, the ones that the journal calls.
const open = fs.open as (path: string, flags: number, mode: number, done: Done) => void
const write = fs.write as (fd: number, bytes: Buffer, at: number, end: number, to: null, done: Done) => void

// A write to the journal is said to be done at once, and done later.
Object.assign(fs, {
  open(path: string, flags: number, mode: number, done: Done) {
    open(path, flags, mode, (error, fd) => {
      if (fd !== undefined && path.endsWith('.seg')) segments.add(fd)
      done(error, fd)
    })
  },
  write(fd: number, bytes: Buffer, at: number, length: number, to: null, done: Done) {
    if (!segments.has(fd)) {
      write(fd, bytes, at, length, to, done)
      return
    }
    const copy = Buffer.from(bytes.subarray(at, at + length))
    setTimeout(() => write(fd, copy, 0, length, null, () => undefined), lagMs)
    setImmediate(done, null, length)
  },
})
