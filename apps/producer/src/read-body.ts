import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'
import type { IncomingMessage } from 'node:http'
import { Problem } from '@weir/http'
import { finished } from 'node:stream/promises'
import type { BodyHold } from './admission.ts'

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

const decompressors: Readonly<Record<string, Decompress>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
}
const acceptedEncodings = 'gzip, deflate, br, zstd'

/**
 * Reads a request's body, decompressed, up to `maxBytes` both before and after. Rejects with a `Problem`: 413 when it
 * is larger, 415 for an encoding or a charset that is not taken, 400 for a damaged one, 503 when `hold` has no room.
 * What has one of `ownEncodings` is left as it came.
 */
export function readBody(
  req: IncomingMessage,
  maxBytes: number,
  hold: Pick<BodyHold, 'take'>,
  ownEncodings: readonly string[] = [],
): Promise<Buffer> {
  if (hasOtherCharset(req.headers['content-type']))
    return Promise.reject(new Problem('unsupported-media-type', 'The charset of a body is UTF-8.'))
  const encoding = req.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  return encoding === 'identity' || ownEncodings.includes(encoding)
    ? readBytes(req, maxBytes, hold)
    : readInflated(req, encoding, maxBytes, hold)
}

async function readInflated(
  req: IncomingMessage,
  encoding: string,
  maxBytes: number,
  hold: Pick<BodyHold, 'take'>,
): Promise<Buffer> {
  const decompress = Object.hasOwn(decompressors, encoding) ? decompressors[encoding] : undefined
  if (decompress === undefined) {
    throw new Problem('unsupported-content-encoding', `Content-Encoding is one of ${acceptedEncodings}.`, {
      headers: { 'Accept-Encoding': acceptedEncodings },
    })
  }
  const bytes = await readBytes(req, maxBytes, hold)
  const inflated = await inflateWith(decompress, bytes, { encoding, maxBytes })
  hold.take(inflated.length)
  return inflated
}

/** Whoever is refused keeps its connection, for when it comes again: its body is read, and not kept. */
export async function readAway(req: IncomingMessage, maxBytes: number): Promise<void> {
  if (Number(req.headers['content-length'] ?? Infinity) > maxBytes) return
  req.resume()
  // A sender that went away needs no answer.
  await finished(req).catch(() => undefined)
}

async function inflateWith(
  decompress: Decompress,
  bytes: Buffer,
  { encoding, maxBytes }: { encoding: string; maxBytes: number },
): Promise<Buffer> {
  try {
    return await decompress(bytes, { maxOutputLength: maxBytes })
  } catch (error) {
    if (isTooLong(error)) throw tooLarge(maxBytes)
    throw new Problem('corrupt-content-encoding', `The body is not valid ${encoding}.`, { cause: error })
  }
}

/** Whether decompression stopped at `maxOutputLength`. */
function isTooLong(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
  )
}

function hasOtherCharset(contentType: string | undefined): boolean {
  if (contentType === undefined) return false
  const charset = /charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1]?.toLowerCase()
  return charset !== undefined && !['utf-8', 'utf8', 'us-ascii'].includes(charset)
}

function readBytes(req: IncomingMessage, maxBytes: number, hold: Pick<BodyHold, 'take'>): Promise<Buffer> {
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    req.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > maxBytes) return reject(tooLarge(maxBytes))
      try {
        hold.take(chunk.length)
        chunks.push(chunk)
      } catch (error) {
        // The rest is read away, and neither kept nor counted.
        length = Infinity
        chunks.length = 0
        reject(error)
      }
    })
    // A body of one chunk, which most are, is not copied.
    req.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    )
    // A sender that went away is the only thing that can happen to a request.
    req.on('error', (cause) =>
      reject(new Problem('request-timeout', 'The body did not arrive whole.', { cause })),
    )
  })
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(
    'payload-too-large',
    `A body is at most ${maxBytes} bytes, before and after decompression.`,
    {
      headers: { Connection: 'close' },
    },
  )
}
