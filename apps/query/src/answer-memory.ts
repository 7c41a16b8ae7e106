import { Problem } from '@weir/http'

export interface AnswerMemoryOptions {
  /** Bytes of all answers under way together. One project has at most half of them. */
  maxBytes: number
  /** How long an answer waits for its bytes. */
  maxWaitMs?: number
}

/** The bytes of one answer, until it is disposed of. */
export interface AnswerHold extends Disposable {
  /** Says how many bytes there are, once that is known. */
  resize: (bytes: number) => void
}

interface Waiting {
  projectId: number
  bytes: number
  admit: () => void
}

const defaultMaxWaitMs = 5_000
/** Whoever comes when so many wait is refused at once. */
const maxWaiting = 200

/**
 * Bounds what answers that may be large have in memory, from before their rows are read until their last byte is sent:
 * a client that reads slowly holds all of its answer. One that does not fit waits. Smaller ones pass it, so that
 * whoever asks for much at a time waits for himself alone.
 */
export class AnswerMemory {
  readonly #maxBytes: number
  readonly #maxWaitMs: number
  readonly #byProject = new Map<number, number>()
  readonly #waiting = new Set<Waiting>()
  #heldBytes = 0

  constructor({ maxBytes, maxWaitMs = defaultMaxWaitMs }: AnswerMemoryOptions) {
    this.#maxBytes = maxBytes
    this.#maxWaitMs = maxWaitMs
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  get waitingCount(): number {
    return this.#waiting.size
  }

  /**
   * Waits for room for an answer of at most `bytes`; one that is larger than all of a project's room gets that. Throws
   * `temporary-reduced-capacity` when there is none for too long.
   */
  async enter(projectId: number, bytes: number): Promise<AnswerHold> {
    let held = Math.min(bytes, this.#projectBytes)
    if (this.#fits(projectId, held)) this.#count(projectId, held)
    else await this.#wait(projectId, held)
    const resize = (newBytes: number): void => {
      this.#count(projectId, newBytes - held)
      held = newBytes
    }
    return { resize, [Symbol.dispose]: () => resize(0) }
  }

  get #projectBytes(): number {
    return Math.floor(this.#maxBytes / 2)
  }

  #fits(projectId: number, bytes: number): boolean {
    const ofProject = this.#byProject.get(projectId) ?? 0
    return ofProject + bytes <= this.#projectBytes && this.#heldBytes + bytes <= this.#maxBytes
  }

  #count(projectId: number, bytes: number): void {
    this.#heldBytes += bytes
    const ofProject = (this.#byProject.get(projectId) ?? 0) + bytes
    if (ofProject === 0) this.#byProject.delete(projectId)
    else this.#byProject.set(projectId, ofProject)
    if (bytes >= 0) return
    for (const waiting of this.#waiting) {
      if (this.#fits(waiting.projectId, waiting.bytes)) waiting.admit()
    }
  }

  #wait(projectId: number, bytes: number): Promise<void> {
    if (this.#waiting.size >= maxWaiting) throw refusal()
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(waiting)
      }
      const admit = (): void => {
        leave()
        this.#count(projectId, bytes)
        resolve()
      }
      const refuse = (): void => {
        leave()
        reject(refusal())
      }
      const waiting = { projectId, bytes, admit }
      const timer = setTimeout(refuse, this.#maxWaitMs)
      this.#waiting.add(waiting)
    })
  }
}

function refusal(): Problem {
  // Spread over some seconds, so that clients do not all come back at once.
  const retryAfterSeconds = 1 + Math.floor(Math.random() * 5)
  const detail = 'Too many bytes of events are being answered at once: ask for fewer events at a time.'
  return new Problem('temporary-reduced-capacity', detail, {
    headers: { 'Retry-After': String(retryAfterSeconds) },
  })
}
