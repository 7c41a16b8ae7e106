import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Problem, problemContentType, toProblemBody } from './problem.ts'

/** What Node's parser reports: its code, and the bytes that it was reading. */
interface ClientError extends Error {
  code?: string
  rawPacket?: Buffer
}

/**
 * Answers what never became a request, and closes the connection: its other end and we disagree on where we are. The
 * request before it gets its own answer first, or its sender would take this one for it.
 */
export function answerClientError(error: ClientError, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const earlier = findAnswerUnderWay(socket)
  if (earlier !== undefined) {
    if (!earlier.headersSent) earlier.setHeader('Connection', 'close')
    earlier.once('finish', () => socket.end())
    return
  }
  const problem = toProblem(error)
  const body = JSON.stringify(toProblemBody(problem, undefined))
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      `Content-Type: ${problemContentType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}

/**
 * The answer that is being given, or will be, to a request before the error: to one that arrived whole, or to one whose
 * body nobody waited for. Node's own handler of this event looks at the same field.
 */
function findAnswerUnderWay(socket: Duplex): ServerResponse | undefined {
  const { _httpMessage: answer } = socket as Duplex & {
    _httpMessage?: (ServerResponse & { req: IncomingMessage }) | null
  }
  if (answer === undefined || answer === null || answer.writableFinished) return undefined
  return answer.req.complete || answer.headersSent ? answer : undefined
}

function toProblem(error: ClientError): Problem {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new Problem('request-timeout', 'The request did not arrive in time.')
  }
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    return isInRequestLine(error.rawPacket)
      ? new Problem('uri-too-long', 'The address is longer than 8 KiB.')
      : new Problem('header-too-large', 'The headers are longer than 8 KiB.')
  }
  return new Problem('bad-request', 'The request is not HTTP/1.1 that we understand.')
}

/** Whether the packet starts a request whose first line alone does not fit. */
function isInRequestLine(packet: Buffer | undefined): boolean {
  if (packet === undefined || !/^[A-Z]+ /.test(packet.toString('latin1', 0, 16))) return false
  const lineEnd = packet.indexOf('\n')
  return lineEnd === -1 || lineEnd > 8_192
}
