/**
 * A segment is one file: a header of 16 bytes, then frames. Its number and marker are in its name, so that they
 * survive damage to its first bytes. Header: `"EVW1" · version u16 · flags u16 · number u64`, little-endian.
 */
export interface SegmentFile {
  name: string
  number: number
  marker: number
}

export const segmentHeaderBytes = 16

const magic = Buffer.from('EVW1')
export const formatVersion = 1
const namePattern = /^(\d{12})-([0-9a-f]{8})\.seg$/

export function toSegmentFile(number: number, marker: number): SegmentFile {
  const name = `${String(number).padStart(12, '0')}-${marker.toString(16).padStart(8, '0')}.seg`
  return { name, number, marker }
}

/** Gives the segments among the names of a directory, oldest first. */
export function listSegmentFiles(names: readonly string[]): SegmentFile[] {
  return names
    .map(parseSegmentName)
    .filter((file) => file !== undefined)
    .toSorted((a, b) => a.number - b.number)
}

function parseSegmentName(name: string): SegmentFile | undefined {
  const [, number, marker] = namePattern.exec(name) ?? []
  if (number === undefined || marker === undefined) return undefined
  return { name, number: Number(number), marker: Number.parseInt(marker, 16) }
}

export function writeSegmentHeader(target: Buffer, number: number): number {
  magic.copy(target)
  target.writeUInt16LE(formatVersion, 4)
  target.writeUInt16LE(0, 6)
  target.writeBigUInt64LE(BigInt(number), 8)
  return segmentHeaderBytes
}

/** Gives the format version that the header names, or `undefined` where it is damaged. */
export function findSegmentVersion(content: Buffer, file: SegmentFile): number | undefined {
  if (content.length < segmentHeaderBytes || !content.subarray(0, 4).equals(magic)) return undefined
  if (content.readBigUInt64LE(8) !== BigInt(file.number)) return undefined
  return content.readUInt16LE(4)
}
