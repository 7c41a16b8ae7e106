import { columnIndex } from '@weir/events'
import { isUtf8 } from 'node:buffer'
import type { Intake } from '../../intake.ts'
import type { Tally } from '../../tally.ts'
import { isEmpty, emptyColumns } from './columns.ts'
import { clearDerived } from './derived.ts'
import { finishRow } from './finish-row.ts'
import {
  maxFlatBodyBytes,
  maxFlatEvents,
  idGap,
  idStride,
  bodyAt,
  rowsAt,
  idsAt,
  byteAt,
  putByte,
  textBetween,
  loadBody,
  copyInto,
} from './memory.ts'
import { clearEnvelope, readEnvelope, timestampEntry } from './read-envelope.ts'
import { readWhen, useReceipt } from './read-when.ts'
import { requestTexts, writeRequestTexts } from './request-texts.ts'
import { clearRest } from './rest.ts'
import { findListInEnvelope } from './find-list.ts'
import { scanEvent, skipBlanks, takeLineEnds } from './scan-event.ts'
import { bodyHasHighBytes, startBody } from './scan-value.ts'
import { takeEntries } from './take-entries.ts'
import { clearTallies, countEvent, toTallies } from './tallies.ts'
import { writeRow } from './write-row.ts'

const eventKeyColumn = columnIndex.event_key

const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
const comma = 0x2c
const quote = 0x22
const lineEnd = 0x0a

/** Most bytes of a row beside those that are in its event: names, times, ids, what is derived. */
const maxAddedBytes = 4_096

/** All events of a body, when none is refused. */
export interface FlatBody {
  /** Rows of COPY text. */
  rows: Uint8Array
  eventCount: number
  /** Rows that have an event key. */
  keyed: number
  /** The events' ids with `","` between them. */
  ids: string
  /** Whether the body is one object, not a list of one. */
  isSingle: boolean
  tallies: Tally[]
}

/** What there is to redact in a body is no flat body's. */
export type FlatIntake = Omit<Intake, 'body' | 'redact'>

let eventCount = 0
let keyed = 0
let rowsEnd = 0

/**
 * Reads a body of flat native events from its bytes into the bytes of rows: no JSON.parse, no objects, hardly a
 * string. `undefined` means no more than that the body holds something else, or something that is to be refused:
 * whoever asked reads it with `readRecords` and `toEvent`, which give the same rows of every body that this
 * reads, and are the specification of it. Why and how: docs/decisions/0010.
 */
export function readFlatBody(body: Buffer, intake: FlatIntake, maxEvents: number): FlatBody | undefined {
  if (body.length > maxFlatBodyBytes || intake.keyPrefix !== undefined) return undefined
  const { projectId, receivedAt, requestId, traceId = '', spanId = '' } = intake
  if (!writeRequestTexts(projectId, receivedAt, requestId, traceId, spanId)) return undefined
  const end = loadBody(body)
  startBody()
  clearTallies()
  eventCount = 0
  keyed = 0
  rowsEnd = rowsAt
  const isSingle = readForm(end, intake, Math.min(maxEvents, maxFlatEvents))
  if (isSingle === undefined || (bodyHasHighBytes() && !isUtf8(body))) {
    emptyColumns()
    return undefined
  }
  return {
    rows: copyRows(),
    eventCount,
    keyed,
    ids: textBetween(idsAt, idsAt + eventCount * idStride - idGap),
    isSingle,
    tallies: toTallies(),
  }
}

/** Rows shorter than this share a slab of memory: an allocation for each is what the garbage collector would pay. */
const ownBufferFromLength = 4_096

/** Longer ones get a buffer of their own, which can be handed to another thread. */
function copyRows(): Uint8Array {
  const length = rowsEnd - rowsAt
  const rows = length < ownBufferFromLength ? Buffer.allocUnsafe(length) : Buffer.allocUnsafeSlow(length)
  copyInto(rows, rowsAt, rowsEnd)
  return rows
}

/** Whether the body is a single object; undefined when it is not read. */
function readForm(end: number, intake: FlatIntake, maxEvents: number): boolean | undefined {
  const start = skipBlanks(bodyAt)
  if (byteAt(start) === openBracket) {
    return skipBlanks(readList(start, intake, maxEvents)) === end ? false : undefined
  }
  if (byteAt(start) !== openBrace) return undefined
  const list = findListInEnvelope(start)
  if (list === -1) return readLines(start, end, intake, maxEvents)
  const behind = skipBlanks(readList(list, intake, maxEvents))
  return byteAt(behind) === closeBrace && skipBlanks(behind + 1) === end ? false : undefined
}

/** Reads `[…]`; gives the place behind it, that of a byte that goes on nowhere when it is not read. */
function readList(open: number, intake: FlatIntake, maxEvents: number): number {
  let at = open
  do {
    at = readEvent(skipBlanks(at + 1), intake, maxEvents)
    if (at === -1) return nowhere
    at = skipBlanks(at)
  } while (byteAt(at) === comma)
  return byteAt(at) === closeBracket ? at + 1 : nowhere
}

/** A place that holds no blank and is the end of nothing. */
const nowhere = 0

/** Reads one object, or one a line. */
function readLines(start: number, end: number, intake: FlatIntake, maxEvents: number): boolean | undefined {
  let at = start
  let isOneLineEach = true
  let isBehindLineEnd = true
  takeLineEnds()
  while (at !== end) {
    at = isBehindLineEnd ? readEvent(at, intake, maxEvents) : -1
    if (at === -1) return undefined
    if (takeLineEnds() > 0) isOneLineEach = false
    at = skipBlanks(at)
    isBehindLineEnd = takeLineEnds() > 0
  }
  if (eventCount === 1) return true
  return isOneLineEach ? false : undefined
}

/** Reads the event that begins there, and writes its row and its id; gives the place behind it, or -1. */
function readEvent(start: number, intake: FlatIntake, maxEvents: number): number {
  if (eventCount === maxEvents) return -1
  const end = scanEvent(start)
  if (end === -1 || rowsEnd + 3 * (end - start) + maxAddedBytes > idsAt) return -1
  clearDerived()
  clearEnvelope()
  clearRest()
  if (!takeEntries() || !readEnvelope() || !readTime(intake)) return -1
  const idAt = idsAt + eventCount * idStride
  finishRow(requestTexts, intake.projectId, idAt)
  if (!isEmpty(eventKeyColumn)) keyed += 1
  if (!countEvent()) return -1
  if (eventCount > 0) {
    putByte(rowsEnd, lineEnd)
    rowsEnd += 1
    separateIds(idAt - idGap)
  }
  rowsEnd = writeRow(rowsEnd, intake.maxEventBytes)
  eventCount += 1
  return rowsEnd === -1 ? -1 : end
}

function separateIds(at: number): void {
  putByte(at, quote)
  putByte(at + 1, comma)
  putByte(at + 2, quote)
}

function readTime(intake: FlatIntake): boolean {
  const entry = timestampEntry()
  if (entry !== -1) return readWhen(entry, intake.receivedAtMs, intake.window)
  useReceipt(intake.receivedAtMs, requestTexts.receivedAtStart)
  return true
}
