import fs from 'node:fs'
import { dirname } from 'node:path'

/** What the journal needs of a disk. Tests put one in its place that fails in every way a disk can. */
export interface FileSystem {
  /** Creates the directory and its parents (0700), durably. */
  makeDirectory(path: string): Promise<void>
  listNames(directory: string): Promise<string[]>
  readFile(path: string): Promise<Buffer>
  /** Gives the bytes from `offset` on: fewer than `byteLength` at the end of the file. */
  readRange(path: string, offset: number, byteLength: number): Promise<Buffer>
  /** Creates a file (0600) that must not exist, opened for writing. */
  createFile(path: string): Promise<number>
  /** Writes some of the bytes at `position` and gives how many: possibly fewer than asked. */
  write(fd: number, bytes: Buffer, position: number): Promise<number>
  /** Resolves when the file's bytes and length survive a power loss. */
  syncData(fd: number): Promise<void>
  /** Writes zeros from `offset` on; resolves when they survive a power loss. Several writes, one sync. */
  writeZeros(path: string, offset: number, byteLength: number): Promise<void>
  truncate(fd: number, byteLength: number): Promise<void>
  close(fd: number): Promise<void>
  /** Cuts a file that nobody has open to `byteLength` and syncs it. */
  truncateFile(path: string, byteLength: number): Promise<void>
  /** Resolves when the directory's entries survive a power loss. */
  syncDirectory(path: string): Promise<void>
  link(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  freeBytes(directory: string): Promise<number>
}

const { O_CREAT, O_DSYNC, O_EXCL, O_WRONLY } = fs.constants

/**
 * Where there is O_DSYNC, each write is also its `fdatasync`: one trip through libuv's threads instead of two, which
 * is what an acknowledgement waits for.
 */
// The type says that every platform has it; Windows does not.
const writesAreDurable = (O_DSYNC as number | undefined) !== undefined
const createFlags = O_WRONLY | O_CREAT | O_EXCL | (writesAreDurable ? O_DSYNC : 0)

/**
 * Linux caches what one call writes in pieces as large as the call, and a small write into a large piece costs more:
 * 50 µs in what was zeroed by 64 KiB, 70 by 1 MiB.
 */
const zeros = Buffer.alloc(64 * 1024)

const alreadyDurable = Promise.resolve()

/** The real disk. The hot calls use the callback interface: a `FileHandle` costs more per call. */
export const nodeFileSystem: FileSystem = {
  async makeDirectory(path) {
    const firstMade = await fs.promises.mkdir(path, { recursive: true, mode: 0o700 })
    if (firstMade === undefined) return
    const top = dirname(firstMade)
    let parent = path
    do {
      parent = dirname(parent)
      await nodeFileSystem.syncDirectory(parent)
    } while (parent.length > top.length)
  },
  listNames: (directory) => fs.promises.readdir(directory),
  readFile: (path) => fs.promises.readFile(path),
  async readRange(path, offset, byteLength) {
    const file = await fs.promises.open(path, 'r')
    try {
      const target = Buffer.allocUnsafe(byteLength)
      const { bytesRead } = await file.read(target, 0, byteLength, offset)
      return target.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  },
  createFile: (path) => settle((done) => fs.open(path, createFlags, 0o600, done)),
  write: (fd, bytes, position) => settle((done) => fs.write(fd, bytes, 0, bytes.length, position, done)),
  syncData: (fd) => (writesAreDurable ? alreadyDurable : settle((done) => fs.fdatasync(fd, done))),
  async writeZeros(path, offset, byteLength) {
    // Not by the descriptor that syncs each write.
    const file = await fs.promises.open(path, 'r+')
    try {
      let position = offset
      while (position < offset + byteLength) {
        const { bytesWritten } = await file.write(
          zeros,
          0,
          Math.min(zeros.length, offset + byteLength - position),
          position,
        )
        position += bytesWritten
      }
      await file.datasync()
    } finally {
      await file.close()
    }
  },
  truncate: (fd, byteLength) => settle((done) => fs.ftruncate(fd, byteLength, done)),
  close: (fd) => settle((done) => fs.close(fd, done)),
  async truncateFile(path, byteLength) {
    const file = await fs.promises.open(path, 'r+')
    try {
      await file.truncate(byteLength)
      await file.sync()
    } finally {
      await file.close()
    }
  },
  async syncDirectory(path) {
    const directory = await fs.promises.open(path, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  },
  link: (from, to) => fs.promises.link(from, to),
  remove: (path) => fs.promises.unlink(path),
  async freeBytes(directory) {
    const { bavail, bsize } = await fs.promises.statfs(directory)
    return bavail * bsize
  },
}

/** Turns a callback call into a promise. */
function settle<T = void>(call: (done: (error: Error | null, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => (error ? reject(error) : resolve(value)))
  })
}
