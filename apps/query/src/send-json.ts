import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'

const chunkLength = 65_536

/** An answer is to be read within this, and a second more for each MiB. */
const minSendMs = 30_000
const sendMsPerByte = 1_000 / 1024 ** 2

/**
 * Answers 200 with the JSON that these texts are together, as fast as the client reads it, without a copy of the whole.
 * Resolves when the last byte is sent or the client is gone; one that reads too slowly is disconnected.
 */
export async function sendJson(
  res: Response,
  { texts, byteLength }: JsonTexts,
  deadlineMs = minSendMs + byteLength * sendMsPerByte,
): Promise<void> {
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.setHeader('Content-Length', byteLength)
  if (res.req.method === 'HEAD') {
    res.end()
    return
  }
  const timer = setTimeout(() => res.destroy(), deadlineMs)
  // All that can fail here is the connection; the line of the log says that the client did not get its answer.
  await pipeline(Readable.from(toChunks(texts)), res).catch(() => undefined)
  clearTimeout(timer)
}

/** Parts of one JSON text, in order. */
export interface JsonTexts {
  texts: readonly string[]
  byteLength: number
}

export function toJsonTexts(texts: readonly string[]): JsonTexts {
  return { texts, byteLength: texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0) }
}

function* toChunks(texts: readonly string[]): Generator<string> {
  let chunk = ''
  for (const text of texts) {
    chunk += text
    if (chunk.length < chunkLength) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}
