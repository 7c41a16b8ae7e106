import type { IncomingMessage, ServerResponse } from 'node:http'

/** A header's value as one text. */
export function headerOf(value: string | number | readonly string[] | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : String(value)
}

/** Bytes of the request's body, as its header says; unknown for a chunked one, which has no such header. */
export function bytesInOf({ headers, method }: IncomingMessage): number | undefined {
  const length = headers['content-length']
  if (length !== undefined) return toBytes(length)
  const isBodyless = headers['transfer-encoding'] === undefined
  return isBodyless && method !== undefined ? 0 : undefined
}

/**
 * Gives what tells, after the answer, how many bytes its body had: as its header says, otherwise what went through the
 * connection meanwhile, headers included.
 */
export function watchBytesOut(
  { socket, method }: IncomingMessage,
  res: ServerResponse,
): (isCut: boolean) => number | undefined {
  const before = socket.bytesWritten
  return (isCut) => {
    const sent = socket.bytesWritten - before
    if (isCut) return Math.max(sent, 0)
    if (method === 'HEAD' || res.statusCode === 204 || res.statusCode === 304) return 0
    return toBytes(headerOf(res.getHeader('content-length')) ?? writtenLength(res)) ?? Math.max(sent, 0)
  }
}

/** Of headers that were given to `writeHead` at once, Node keeps the text alone. */
function writtenLength(res: object): string | undefined {
  const { _header: text } = res as { _header?: unknown }
  return typeof text === 'string' ? /\r\ncontent-length: *(\d+)\r\n/i.exec(text)?.[1] : undefined
}

export function toBytes(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
