import { JournalFullError, JournalWriteError, toAppendError } from './errors.ts'
import { frameHeaderBytes, maxPayloadBytes, payloadByteLength, type FrameRef, type Payload } from './frame.ts'
import type { SegmentAppender } from './segment-appender.ts'
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
  #space: SpaceGate
  #queue: Append[] = []
  /** Those of the group that is being written included. */
  #queuedBytes = 0
  #running: Promise<void> | undefined
  #isClosing = false

  constructor(appender: SegmentAppender, space: SpaceGate) {
    this.#appender = appender
    this.#space = space
  }

  get roomBytes(): number {
    return this.#space.findRoom(this.#queuedBytes)
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

  /** Lets go of the active segment and the spare one if nothing in it, or on its way to it, is needed; says whether it had one. */
  async sealIfIdle(): Promise<boolean> {
    if (this.#queuedBytes > 0) return false
    return this.#appender.sealIfReleased()
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await this.#running
    await this.#appender.close()
  }

  #findRefusal(frameBytes: number): Error | undefined {
    if (this.#isClosing) return new JournalWriteError('The journal is closed')
    if (this.#appender.isBroken)
      return new JournalWriteError('The journal is broken: its disk failed twice in a row')
    if (frameBytes === frameHeaderBytes || frameBytes > frameHeaderBytes + maxPayloadBytes) {
      return new RangeError(
        `A payload has 1 to ${maxPayloadBytes} bytes, not ${frameBytes - frameHeaderBytes}`,
      )
    }
    const reason = this.#space.findRefusal(frameBytes, this.#queuedBytes)
    return reason && new JournalFullError(reason, fullMessages[reason])
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      await this.#commit(this.#takeGroup())
    }
    this.#running = undefined
  }

  #takeGroup(): Append[] {
    const queue = this.#queue
    if (this.#queuedBytes <= maxGroupBytes) {
      this.#queue = []
      return queue
    }
    let groupBytes = 0
    const end = queue.findIndex(({ frameBytes }, index) => {
      groupBytes += frameBytes
      return index > 0 && groupBytes > maxGroupBytes
    })
    return queue.splice(0, end === -1 ? queue.length : end)
  }

  async #commit(group: Append[]): Promise<void> {
    let groupBytes = 0
    for (const { frameBytes } of group) groupBytes += frameBytes
    try {
      if (this.#appender.isBroken) throw new Error('the disk failed twice in a row')
      const refs = await this.#appender.append(group, groupBytes)
      for (const [index, ref] of refs.entries()) group[index]?.resolve(ref)
    } catch (cause) {
      const error = toAppendError(cause)
      for (const { reject } of group) reject(error)
    } finally {
      this.#queuedBytes -= groupBytes
    }
  }
}
