import type { Reader } from 'protobufjs/minimal.js'
import type { JsonObject } from '../format.ts'
import { maxPieces } from '../pieces.ts'
import { loadProtobuf } from './protobuf.ts'

/** How the bytes of a field become a value of JSON. Whole numbers beyond 2^53 become text. */
type Scalar =
  'string' | 'hex' | 'base64' | 'bool' | 'int32' | 'uint32' | 'int64' | 'fixed32' | 'fixed64' | 'double'

/** A field of a message: its name in JSON, and what it holds. */
export interface MessageField {
  name: string
  /** Another message as a function, since messages hold each other. */
  type: Scalar | (() => Message)
  isRepeated?: true
}

/** A message: its fields by their numbers. Others are ignored. */
export type Message = Readonly<Record<number, MessageField>>

const varint = 0
const fixed64 = 1
const lengthDelimited = 2
const fixed32 = 5

const wireTypes: Readonly<Record<Scalar, number>> = {
  string: lengthDelimited,
  hex: lengthDelimited,
  base64: lengthDelimited,
  bool: varint,
  int32: varint,
  uint32: varint,
  int64: varint,
  fixed32,
  fixed64,
  double: fixed64,
}

/** Deeper nesting is an attempt on the stack; the deepest that can be stored is far less. */
const maxDepth = 100

/** How many messages the one that is being read may still hold: an empty one takes two bytes, and many in memory. */
let messagesLeft = 0

/** Reads bytes as JSON would have them. Throws when they are not such a message, or hold too many. */
export function readMessage(bytes: Uint8Array, message: Message): JsonObject {
  messagesLeft = maxPieces
  const reader = loadProtobuf().Reader.create(bytes)
  return readFields(reader, reader.len, message, 0)
}

function readFields(reader: Reader, end: number, message: Message, depth: number): JsonObject {
  if (depth > maxDepth) throw new RangeError(`Messages nest at most ${maxDepth} deep.`)
  const result: JsonObject = {}
  while (reader.pos < end) {
    const tag = reader.uint32()
    const field = message[tag >>> 3]
    if (field === undefined || wireTypeOf(field) !== (tag & 7)) reader.skipType(tag & 7)
    else if (field.isRepeated === true) append(result, field.name, readField(reader, field, depth))
    else result[field.name] = readField(reader, field, depth)
  }
  if (reader.pos !== end) throw new RangeError('A message is longer than it says.')
  return result
}

function wireTypeOf({ type }: MessageField): number {
  return typeof type === 'string' ? wireTypes[type] : lengthDelimited
}

function append(result: JsonObject, name: string, value: unknown): void {
  const list = result[name]
  if (Array.isArray(list)) list.push(value)
  else result[name] = [value]
}

function readField(reader: Reader, { type }: MessageField, depth: number): unknown {
  if (typeof type === 'string') return readers[type](reader)
  const length = reader.uint32()
  if (reader.pos + length > reader.len) throw new RangeError('The bytes end within a message.')
  messagesLeft -= 1
  if (messagesLeft < 0) throw new RangeError(`A message holds at most ${maxPieces} others.`)
  return readFields(reader, reader.pos + length, type(), depth + 1)
}

const readers: Readonly<Record<Scalar, (reader: Reader) => unknown>> = {
  string: (reader) => reader.string(),
  hex: (reader) => toText(reader.bytes(), 'hex'),
  base64: (reader) => toText(reader.bytes(), 'base64'),
  bool: (reader) => reader.bool(),
  int32: (reader) => reader.int32(),
  uint32: (reader) => reader.uint32(),
  int64: (reader) => toSignedWhole(reader.int64()),
  fixed32: (reader) => reader.fixed32(),
  fixed64(reader) {
    const low = BigInt(reader.fixed32())
    return toWhole((BigInt(reader.fixed32()) << 32n) | low)
  },
  double: (reader) => reader.double(),
}

function toText(bytes: Uint8Array, encoding: 'hex' | 'base64'): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding)
}

/** Without the package `long` the library gives a number. */
function toSignedWhole(value: number | { high: number; low: number }): number | string {
  if (typeof value === 'number') return value
  return toWhole((BigInt(value.high) << 32n) | BigInt(value.low >>> 0))
}

function toWhole(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}
