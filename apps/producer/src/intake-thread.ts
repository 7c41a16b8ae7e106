import { parentPort } from 'node:worker_threads'
import { acceptBody } from './accept-body.ts'
import type { IntakeRequest } from './intake-request.ts'

/** A body to read, as `IntakeThreads` sends it. */
export interface IntakeTask {
  id: number
  body: Uint8Array
  request: IntakeRequest
}

parentPort?.on('message', ({ id, body, request }: IntakeTask) => {
  const outcome = acceptBody(Buffer.from(body.buffer, body.byteOffset, body.byteLength), request)
  parentPort?.postMessage({ id, outcome }, 'rows' in outcome ? toTransfer(outcome.rows) : [])
})

/** Rows are handed over, not copied, where nothing else lies in their memory. */
function toTransfer({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []
}
