import { parentPort } from 'node:worker_threads'
import { acceptBody, type IntakeRequest } from './accept-body.ts'

/** A body to read, as `IntakeThreads` sends it. */
export interface IntakeTask {
  id: number
  body: Uint8Array
  request: IntakeRequest
}

parentPort?.on('message', ({ id, body, request }: IntakeTask) => {
  const outcome = acceptBody(Buffer.from(body.buffer, body.byteOffset, body.byteLength), request)
  // The rows are handed over, not copied.
  parentPort?.postMessage({ id, outcome }, 'rows' in outcome ? [outcome.rows.buffer] : [])
})
