import type { Delivery, Format } from './format.ts'
import type { RawRecord, Records } from './read-records.ts'
import type { Refusal } from './refusal.ts'

/** What became of the records of a body, in their order. */
export interface Outcome {
  /** Records of the body, the refused ones included. */
  recordCount: number
  /** Events that were accepted. */
  eventCount: number
  /** The records, as they were read. */
  records: readonly RawRecord[]
  /** Of each record the id of its first event; undefined where it gave none. */
  ids: readonly (string | undefined)[]
  /** Records that are kept in the quarantine instead, with the reason. */
  refused: readonly { index: number; refusal: Refusal }[]
}

/** What a sender is answered. */
export interface Answer {
  status: number
  contentType: string
  body: string | Uint8Array
  headers?: Readonly<Record<string, string>>
}

/** A failure of the whole request, from a missing key to a full disk. */
export interface Failure {
  status: number
  /** A kind of problem, such as `unauthorized`. */
  kind: string
  detail: string
  /** Whether the request brought anything that could be a key. */
  hasKey: boolean
}

/** What a protocol that decompresses by itself has to keep to. */
export interface ReadLimits {
  maxBodyBytes: number
}

/** A protocol with paths and answers of its own, which its clients check to the letter. Pure. */
export interface Protocol {
  name: string
  /** The records of a decompressed body, or why it cannot be read as a whole. */
  read: (body: Buffer, delivery: Delivery, limits: ReadLimits) => Records | Refusal
  /** Whether it reads bodies of protobuf as such, and counts what is in them. */
  readsProtobuf?: true
  /** Whether bodies can be several times as long for `read`, which decompresses them or what is in them. */
  decompresses?: true
  /** Values of `Content-Encoding` that `read` undoes by itself. */
  ownEncodings?: readonly string[]
  /** What translates each record. */
  format: Format
  /** The answer once everything of it that could be kept is on the disk. */
  answer: (outcome: Outcome, delivery: Delivery) => Answer
  /** The same for a request that failed; the service adds `Retry-After` and the like. */
  fail: (failure: Failure, delivery: Delivery) => Answer
}
