import { parentPort } from 'node:worker_threads'
import { acceptBody } from './accept-body.ts'
import { free, toTransfer } from './hand-over.ts'
import type { AcceptedBody, IntakeRequest, RefusedBody } from './intake-request.ts'
import { packAccepted } from './pack-accepted.ts'
import { TallyNumbers, type NumberedTallies } from './tally-labels.ts'

/** What is the same for most bodies. */
export type IntakeContext = Pick<IntakeRequest, 'limits' | 'redaction'>

/** A body to read, as `IntakeThreads` sends it. Without a context, the one before holds. */
export interface IntakeTask {
  id: number
  body: Uint8Array
  request: Omit<IntakeRequest, keyof IntakeContext>
  context: IntakeContext | undefined
}

/** What is told of a body: `failed` for one that ends the thread. */
export type IntakeOutcome =
  | { id: number; accepted: Omit<AcceptedBody, 'tallies'>; tallies: NumberedTallies }
  | { id: number; refused: RefusedBody }
  | { id: number; failed: unknown }

const numbers = new TallyNumbers()
let context: IntakeContext | undefined

parentPort?.on('message', (task: IntakeTask) => {
  const { id } = task
  try {
    context = task.context ?? context
    if (context === undefined) throw new TypeError('The first body has no context.')
    const { body } = task
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    const outcome = acceptBody(bytes, { ...task.request, ...context })
    // It came with the message: nothing else lies in its memory.
    free(body.buffer)
    if ('rows' in outcome) {
      const { tallies, ...accepted } = packAccepted(outcome)
      const tallied = numbers.number(tallies)
      post({ id, accepted, tallies: tallied }, toTransfer(accepted.packed?.frame ?? accepted.rows))
    } else post({ id, refused: outcome })
  } catch (error) {
    post({ id, failed: error })
    // What it left behind in this thread nobody knows.
    throw error
  }
})

function post(outcome: IntakeOutcome, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(outcome, transfer)
}
