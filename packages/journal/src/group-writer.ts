import { JournalFullError, JournalWriteError, toAppendError } from './errors.ts'
import { frameHeaderBytes, maxPayloadBytes, payloadByteLength, type FrameRef, type Payload } from './frame.ts'
import type { SegmentAppender } from './segment-appender.ts'
import type { SegmentStore } from './segment-store.ts'
import type { SpaceGate } from './space-gate.ts'

interface Append {
  payload: Payload
  frameBytes: number
  resolve: (ref: FrameRef) => void
  reject: (error: Error) => void
}

/** More than this in one write gains nothing, and holds up the first of the group. */
const maxGroupBytes = 4 * 1024 * 1024

const fullMessages = {
  'max-bytes': 'The journal has its full size: what it holds must be stored first',
  disk: 'The disk has too little free space for the journal',
  queue: 'Too much waits for the disk',
}

/**
 * Queues appends and hands them to the appender in groups.
 *
 * The writer is *idle* until something is appended. Then it is *running*: it takes what is queued as one group, up
 * to `maxGroupBytes`, has it made durable, settles all of it together, and goes on with what was queued meanwhile,
 * until nothing is. It takes a group on the next turn of the event loop, so that requests which arrive in the same
 * turn share one. *closing* refuses more and ends once the queue is written; when the appender breaks, what is
 * queued is rejected.
 */
export class GroupWriter {
  #appender: SegmentAppender
  #store: SegmentStore
  #space: SpaceGate
  #queue: Append[] = []
  #queuedBytes = 0
  #running: Promise<void> | undefined
  #isClosing = false

  constructor(appender: SegmentAppender, store: SegmentStore, space: SpaceGate) {
    this.#appender = appender
    this.#store = store
    this.#space = space
  }

  append(payload: Payload): Promise<FrameRef> {
    const frameBytes = frameHeaderBytes + payloadByteLength(payload)
    const refusal = this.#findRefusal(frameBytes)
    if (refusal) return Promise.reject(refusal)
    return new Promise((resolve, reject) => {
      this.#queue.push({ payload, frameBytes, resolve, reject })
      this.#queuedBytes += frameBytes
      this.#running ??= this.#run()
    })
  }

  /** Seals the active segment if nothing in it, or on its way to it, is needed; says whether it did. */
  async sealIfIdle(): Promise<boolean> {
    if (this.#running) return false
    this.#running = this.#seal()
    return await this.#sealing
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await this.#running
    await this.#appender.close()
  }
}
