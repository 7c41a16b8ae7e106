import {
  countOwn,
  countPieces,
  isRefusal,
  maxPieces,
  type Delivery,
  type Protocol,
  type Records,
  type Refusal,
} from '@weir/formats'
import { refuse } from './answer-log.ts'
import { largeBodyBytes } from './body-sizes.ts'
import type { IntakeLimits, RefusedBody } from './intake-request.ts'

/**
 * Why a body is too large. Beyond the limits of Weir's own form it has to hold records of other formats, and no more
 * events of that form than a body of nothing else may.
 */
export function findExcess(
  body: Buffer,
  read: Records | Refusal,
  delivery: Delivery,
  limits: IntakeLimits,
): RefusedBody | undefined {
  const { maxBodyBytes, maxEventsPerRequest, maxForeignRecords } = limits
  const records = isRefusal(read) ? [] : read.records
  if (body.length <= maxBodyBytes && records.length <= maxEventsPerRequest) return undefined
  if (records.length > maxForeignRecords) return tooMany(maxForeignRecords)
  const { own, foreign } = countOwn(records, delivery)
  if (foreign > 0 && own <= maxEventsPerRequest) return undefined
  if (own > maxEventsPerRequest) return tooMany(maxEventsPerRequest)
  return refuse('payload-too-large', `A body of events is at most ${maxBodyBytes} bytes.`)
}

/** Whether a large body would take too much memory to parse. Protobuf is counted while it is read. */
export function holdsTooMuch(
  body: Buffer,
  { contentType }: Delivery,
  protocol: Protocol | undefined,
): boolean {
  const isProtobuf = protocol?.readsProtobuf === true && contentType?.endsWith('protobuf') === true
  return !isProtobuf && countPieces(body) > maxPieces
}

export function tooFine(): RefusedBody {
  return refuse('payload-too-large', `A body holds at most ${maxPieces} objects, lists and lines.`)
}

/** What a protocol may decompress a body to by itself; small bodies are read at once, and must not hold up others. */
export function mostInside(body: Buffer, { maxBodyBytes, maxForeignBodyBytes }: IntakeLimits): number {
  return body.length < largeBodyBytes ? maxBodyBytes : maxForeignBodyBytes
}

export function tooMany(max: number): RefusedBody {
  return refuse('payload-too-large', `A request holds at most ${max} events.`)
}
