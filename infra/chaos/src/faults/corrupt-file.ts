import { open, stat } from 'node:fs/promises'
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

/** Appends what a file system leaves behind whose length was durable before the bytes were. */
export async function addZeros(path: string, byteLength: number): Promise<void> {
  const { size } = await stat(path)
  await writeAt(path, size, Buffer.alloc(byteLength))
}

/** Writes bytes that mean nothing at `offset`. */
export async function putGarbage(
  path: string,
  offset: number,
  byteLength: number,
  random: Random,
): Promise<void> {
  const bytes = Array.from({ length: byteLength }, () => random.between(0, 256))
  await writeAt(path, offset, Buffer.from(bytes))
}

async function writeAt(path: string, offset: number, bytes: Buffer): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.write(bytes, 0, bytes.length, offset)
    await file.datasync()
  } finally {
    await file.close()
  }
}
