import { requestAt, writeAscii, writeWhole } from './memory.ts'

const maxIdLength = 256

/** Where in memory the texts of the request stand that brought the body. */
export interface RequestTexts {
  projectIdStart: number
  projectIdEnd: number
  receivedAtStart: number
  receivedAtEnd: number
  requestIdStart: number
  requestIdEnd: number
  traceIdStart: number
  traceIdEnd: number
  spanIdStart: number
  spanIdEnd: number
}

/** Of the request that is read: one object for all of them. */
export const requestTexts: RequestTexts = {
  projectIdStart: 0,
  projectIdEnd: 0,
  receivedAtStart: 0,
  receivedAtEnd: 0,
  requestIdStart: 0,
  requestIdEnd: 0,
  traceIdStart: 0,
  traceIdEnd: 0,
  spanIdStart: 0,
  spanIdEnd: 0,
}

/** Writes them; says whether all are short and ASCII, as those that Weir makes are. */
export function writeRequestTexts(
  projectId: number,
  receivedAt: string,
  requestId: string,
  traceId: string,
  spanId: string,
): boolean {
  if (requestId.length > maxIdLength || traceId.length > maxIdLength || spanId.length > maxIdLength)
    return false
  const texts = requestTexts
  texts.projectIdStart = requestAt
  texts.projectIdEnd = writeWhole(projectId, requestAt)
  texts.receivedAtStart = texts.projectIdEnd
  texts.receivedAtEnd = writeAscii(receivedAt, texts.receivedAtStart)
  texts.requestIdStart = texts.receivedAtEnd
  texts.requestIdEnd = writeAscii(requestId, texts.requestIdStart)
  texts.traceIdStart = texts.requestIdEnd
  texts.traceIdEnd = writeAscii(traceId, texts.traceIdStart)
  texts.spanIdStart = texts.traceIdEnd
  texts.spanIdEnd = writeAscii(spanId, texts.spanIdStart)
  return texts.requestIdEnd !== -1 && texts.traceIdEnd !== -1 && texts.spanIdEnd !== -1
}
