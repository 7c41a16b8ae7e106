import { dirname } from 'node:path'
import type { FileSystem } from './file-system.ts'

interface Inode {
  /** What the running system sees. */
  cached: Buffer
  /** What is certain to be there after a power loss. */
  durable: Buffer
  /** A sync of it failed: the kernel takes its pages for clean, so that later syncs do nothing and succeed. */
  isPoisoned: boolean
}

type Operation = keyof FileSystem

/** A disk writes so much as one, or not at all. */
const sectorBytes = 512

/** A disk in memory that keeps only what a real one must, and fails in the ways that a real one does. */
export class SimulatedDisk {
  /** How often an operation fails, 0 to 1. */
  faultRate = 0
  freeBytes = 1024 ** 4
  /** Faults for the next calls of an operation, before those at random. */
  readonly nextFaults = new Map<Operation, string[]>()
  readonly calls = new Map<Operation, number>()
  readonly files = new Map<string, Inode>()
  #descriptors = new Map<number, Inode>()
  #durableEntries = new Map<string, Inode>()
  #process = 0
  #nextDescriptor = 3
  #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  /** The file system as the next process sees it. */
  boot(): FileSystem {
    const run = this.#createRunner()
    const inodeAt = (path: string) => mustExist(this.files.get(path))
    return {
      makeDirectory: () => run(() => this.#failSome('makeDirectory')),
      listNames: (directory) => run(() => this.#listNames(directory)),
      readFile: (path) => run(() => Buffer.from(inodeAt(path).cached)),
      readRange: (path, offset, byteLength) =>
        run(() => Buffer.from(inodeAt(path).cached.subarray(offset, offset + byteLength))),
      createFile: (path) => run(() => this.#createFile(path)),
      write: (fd, bytes, position) =>
        run(() => this.#write(mustExist(this.#descriptors.get(fd)), bytes, position)),
      writeZeros: (path, offset, byteLength) =>
        run(() => this.#writeZeros(inodeAt(path), offset, byteLength)),
      syncData: (fd) => run(() => this.#syncData(mustExist(this.#descriptors.get(fd)))),
      truncate: (fd, byteLength) =>
        run(() => this.#truncate('truncate', mustExist(this.#descriptors.get(fd)), byteLength)),
      close: (fd) => run(() => void this.#descriptors.delete(fd)),
      truncateFile: (path, byteLength) =>
        run(() => {
          this.#truncate('truncateFile', inodeAt(path), byteLength)
          makeDurable(inodeAt(path))
        }),
      syncDirectory: (directory) => run(() => this.#syncDirectory(directory)),
      link: (from, to) => run(() => this.#link(inodeAt(from), to)),
      remove: (path) => run(() => this.#remove(path)),
      freeBytes: () =>
        run(() => {
          this.#failSome('freeBytes')
          return this.freeBytes
        }),
    }
  }

  /** The process dies: what it had under way never ends. What it wrote is there. */
  kill(): void {
    this.#process += 1
    this.#descriptors.clear()
  }

  /** The machine dies: what was not synced is lost, torn, zeroed or kept, at random. */
  cutPower(): void {
    this.kill()
    for (const path of new Set([...this.files.keys(), ...this.#durableEntries.keys()])) {
      const kept = (this.#random() < 0.5 ? this.files : this.#durableEntries).get(path)
      if (kept) this.files.set(path, kept)
      else this.files.delete(path)
    }
    this.#durableEntries = new Map(this.files)
    for (const inode of new Set(this.files.values())) {
      inode.cached = this.#tear(inode)
      inode.durable = inode.cached
      inode.isPoisoned = false
    }
  }

  /** Runs operations of one process; once that is dead, they neither act nor end. */
  #createRunner(): <T>(act: () => T) => Promise<T> {
    const process = this.#process
    const pass = async (mostTurns: number) => {
      for (let turns = this.#pick(mostTurns + 1); turns > 0; turns -= 1) await new Promise(setImmediate)
      if (process !== this.#process) await new Promise<never>(() => {})
    }
    return async (act) => {
      await pass(2)
      const result = act()
      await pass(1)
      return result
    }
  }

  #pick(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #findFault(operation: Operation): string | undefined {
    this.calls.set(operation, (this.calls.get(operation) ?? 0) + 1)
    const next = this.nextFaults.get(operation)?.shift()
    if (next !== undefined) return next
    return this.#random() < this.faultRate ? ['EIO', 'ENOSPC', 'short'][this.#pick(3)] : undefined
  }

  #failSome(operation: Operation): void {
    const fault = this.#findFault(operation)
    if (fault !== undefined && fault !== 'short') throw failure(fault)
  }

  #listNames(directory: string): string[] {
    const paths = [...this.files.keys()].filter((path) => dirname(path) === directory)
    return paths.map((path) => path.slice(directory.length + 1))
  }

  #createFile(path: string): number {
    this.#failSome('createFile')
    const inode = { cached: Buffer.alloc(0), durable: Buffer.alloc(0), isPoisoned: false }
    if (this.files.has(path)) throw failure('EEXIST')
    this.files.set(path, inode)
    this.#descriptors.set(this.#nextDescriptor, inode)
    return this.#nextDescriptor++
  }

  #write(inode: Inode, bytes: Buffer, position: number): number {
    const fault = this.#findFault('write')
    const count = fault === undefined ? bytes.length : Math.min(bytes.length, 1 + this.#pick(bytes.length))
    const cached = Buffer.alloc(Math.max(inode.cached.length, position + count))
    inode.cached.copy(cached)
    bytes.copy(cached, position, 0, count)
    inode.cached = cached
    // The kernel may write some of it at any time, and so before it is cut off again.
    if (this.#random() < 0.2) this.#writeBack(inode)
    if (fault !== undefined && fault !== 'short') throw failure(fault)
    return count
  }

  #writeZeros(inode: Inode, offset: number, byteLength: number): void {
    const fault = this.#findFault('writeZeros')
    const count = fault === undefined ? byteLength : this.#pick(byteLength + 1)
    inode.cached = Buffer.concat([inode.cached.subarray(0, offset), Buffer.alloc(count)])
    if (fault !== undefined) throw failure(fault)
    makeDurable(inode)
  }

  #syncData(inode: Inode): void {
    const fault = this.#findFault('syncData')
    if (fault === undefined || fault === 'short') return makeDurable(inode)
    // Some of it may have reached the disk before the failure.
    if (this.#random() < 0.5) this.#writeBack(inode)
    inode.isPoisoned = true
    throw failure(fault)
  }

  #writeBack(inode: Inode): void {
    if (!inode.isPoisoned) inode.durable = this.#tear(inode)
  }

  #truncate(operation: Operation, inode: Inode, byteLength: number): void {
    this.#failSome(operation)
    inode.cached = inode.cached.subarray(0, byteLength)
  }

  #syncDirectory(directory: string): void {
    this.#failSome('syncDirectory')
    for (const path of new Set([...this.files.keys(), ...this.#durableEntries.keys()])) {
      if (dirname(path) !== directory) continue
      const live = this.files.get(path)
      if (live) this.#durableEntries.set(path, live)
      else this.#durableEntries.delete(path)
    }
  }

  #link(inode: Inode, to: string): void {
    this.#failSome('link')
    if (this.files.has(to)) throw failure('EEXIST')
    this.files.set(to, inode)
  }

  #remove(path: string): void {
    this.#failSome('remove')
    if (!this.files.delete(path)) throw failure('ENOENT')
  }

  /**
   * Gives what a file may hold after a power loss. Of what was not synced, each sector is the old or the new one, and
   * any part of a longer file's length is there; what is missing reads as zeros.
   */
  #tear({ cached, durable }: Inode): Buffer {
    if (cached === durable) return durable
    const growth = cached.length - durable.length
    const length = durable.length + (growth > 0 ? this.#pick(growth + 1) : growth * this.#pick(2))
    const torn = Buffer.alloc(length)
    // In half of the cases sectors come in their order, so that it is the end that is missing.
    const newSectors = this.#random() < 0.5 ? this.#pick(length / sectorBytes + 2) : undefined
    for (let at = 0; at < length; at += sectorBytes) {
      const isNew = newSectors === undefined ? this.#random() < 0.5 : at < newSectors * sectorBytes
      const source = isNew ? cached : durable
      source.subarray(at, at + sectorBytes).copy(torn, at)
    }
    return torn
  }
}

function makeDurable(inode: Inode): void {
  if (!inode.isPoisoned) inode.durable = inode.cached
}

function mustExist(inode: Inode | undefined): Inode {
  if (!inode) throw failure('ENOENT')
  return inode
}

function failure(code: string): Error {
  return Object.assign(new Error(`simulated ${code}`), { code })
}
