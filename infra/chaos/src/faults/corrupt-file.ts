import { open, truncate, stat } from 'node:fs/promises'
import type { Random } from '../random.ts'

/** Flips one bit at `offset`. */
export async function flipBit(path: string, offset: number, bit: number): Promise<void> {
  const file = await open(path, 'r+')
  try {
    const byte = Buffer.alloc(1)
    const { bytesRead } = await file.read(byte, 0, 1, offset)
    if (bytesRead !== 1) throw new RangeError(`${path} ends before byte ${offset}`)
    byte[0] = (byte[0] ?? 0) ^ (1 << bit)
    await file.write(byte, 0, 1, offset)
  } finally {
    await file.close()
  }
}

/** Cuts the last bytes off. */
export async function cutTail(path: string, byteLength: number): Promise<void> {
  const { size } = await stat(path)
  await truncate(path, Math.max(0, size - byteLength))
}

/** Appends what a file system leaves behind whose length was durable before the bytes were. */
export async function addZeros(path: string, byteLength: number): Promise<void> {
  await append(path, Buffer.alloc(byteLength))
}

/** Appends bytes that mean nothing. */
export async function addGarbage(path: string, byteLength: number, random: Random): Promise<void> {
  await append(path, Buffer.from(Array.from({ length: byteLength }, () => random.between(0, 256))))
}

async function append(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'a')
  try {
    await file.write(bytes)
    await file.datasync()
  } finally {
    await file.close()
  }
}
