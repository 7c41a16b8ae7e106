import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import type { Random } from '@weir/chaos/random'
import { oddJson } from './odd-values.ts'
import { chance, pick, randomBytes } from './pick.ts'

/** A body for POST /log. */
export interface FuzzBody {
  bytes: Buffer
  encoding: string | undefined
  /** Whether it is as a good sender sends it: then all of it has to be accepted. */
  isIntact: boolean
}

const eventTypes = [
  'llm_query_sent',
  'api_request',
  'error_occurred',
  'authentication',
  'made.up',
  'security_event',
]
// prettier-ignore
const fieldNames = [
  'event_type', 'session_id', 'timestamp', 'source', 'level', 'event_id', 'payload', 'metadata', 'user_id', 'model', 'provider', 'tokens_used', 'cost', 'latency_ms', 'status_code', 'method',
  'path', 'client_ip', 'host', 'message', 'tags', 'events', 'project_id', 'id', '__proto__', 'constructor', '', 'trace_id', 'risk_score', 'duration_ms', 'input_tokens', 'prompt_tokens',
]

/** A body, good or not; `nowMs` is what its timestamps are near to. */
export function createBody(random: Random, nowMs: number): FuzzBody {
  const intact = listOf(random, () => goodEvent(random, nowMs))
  const kind = random.between(0, 10)
  if (kind < 2) return encode(random, Buffer.from(intact), true)
  if (kind === 2) return encode(random, randomBytes(random, random.between(0, 2_000)), false)
  if (kind === 3) return encode(random, flip(random, Buffer.from(intact)), false)
  if (kind < 6) return encode(random, splice(random, Buffer.from(intact)), false)
  if (kind === 6) return encode(random, Buffer.from(oddJson(random)), false)
  return encode(random, Buffer.from(listOf(random, () => oddEvent(random, nowMs))), false)
}

/** One event, a list, an envelope or lines. */
function listOf(random: Random, create: () => string): string {
  const count = chance(random, 0.02) ? random.between(1, 300) : random.between(1, 4)
  const events = Array.from({ length: count }, create)
  return pick(random, [
    () => events[0] ?? '',
    () => `[${events.join(',')}]`,
    () => `{"events":[${events.join(',')}]}`,
    () => events.join('\n'),
  ])()
}

function goodEvent(random: Random, nowMs: number): string {
  return JSON.stringify({
    event_type: pick(random, eventTypes),
    session_id: random.between(0, 1_000),
    timestamp: new Date(nowMs - random.between(0, 3 * 86_400_000)).toISOString(),
    level: pick(random, ['info', 'error', 'debug']),
    payload: {
      model: `model-${random.between(0, 5)}`,
      tokens_used: random.between(0, 5_000),
      cost: random.between(0, 1_000) / 10_000,
      latency_ms: random.between(0, 60_000) / 7,
      user_id: `u${random.between(0, 500)}`,
      path: `/v1/items/${random.between(0, 100)}`,
      note: pick(random, ['plain', 'tab\tand\nline', 'back\\slash', '😀 é', '']),
    },
  })
}

/** An event of good and odd fields. */
function oddEvent(random: Random, nowMs: number): string {
  const fields = Array.from(
    { length: random.between(0, 5) },
    () => `${JSON.stringify(pick(random, fieldNames))}:${oddJson(random)}`,
  )
  if (chance(random, 0.7)) fields.unshift(`"event_type":"${pick(random, eventTypes)}"`)
  if (chance(random, 0.3)) fields.push(`"timestamp":${nowMs - random.between(-100, 40) * 86_400_000}`)
  return `{${fields.join(',')}}`
}

function flip(random: Random, bytes: Buffer): Buffer {
  for (let count = random.between(1, 9); count > 0 && bytes.length > 0; count -= 1) {
    const at = random.between(0, bytes.length)
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.between(0, 8)), at)
  }
  return bytes
}

/** Cuts a piece out, doubles one, or puts something in. */
function splice(random: Random, bytes: Buffer): Buffer {
  const from = random.between(0, bytes.length + 1)
  const to = Math.min(bytes.length, from + random.between(0, 40))
  const piece = pick(random, [
    () => Buffer.alloc(0),
    () => Buffer.concat([bytes.subarray(from, to), bytes.subarray(from, to)]),
    () => Buffer.from(oddJson(random)),
    () => randomBytes(random, random.between(1, 20)),
  ])()
  return Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(to)])
}

const bomb = gzipSync(Buffer.alloc(20_000_000))

const compressors: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gzipSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  br: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }),
  zstd: (bytes) => zstdCompressSync(bytes),
}

/** Compresses some, damages some of those, and names some wrongly. */
function encode(random: Random, bytes: Buffer, isIntact: boolean): FuzzBody {
  if (chance(random, 0.7)) return { bytes, encoding: undefined, isIntact }
  const encoding = pick(random, Object.keys(compressors))
  const compressed = compressors[encoding]?.(bytes) ?? bytes
  const kind = random.between(0, 8)
  if (kind === 0) return { bytes: flip(random, compressed), encoding, isIntact: false }
  if (kind === 1)
    return { bytes: compressed.subarray(0, random.between(0, compressed.length)), encoding, isIntact: false }
  if (kind === 2) return { bytes: deflateRawSync(bytes), encoding, isIntact: false }
  if (kind === 3)
    return {
      bytes: compressed,
      encoding: pick(random, ['gzip', 'br', 'zstd', 'deflate', 'identity', 'foo', 'gzip, gzip', '']),
      isIntact: false,
    }
  if (kind === 4 && chance(random, 0.05)) return { bytes: bomb, encoding: 'gzip', isIntact: false }
  return { bytes: compressed, encoding, isIntact }
}
