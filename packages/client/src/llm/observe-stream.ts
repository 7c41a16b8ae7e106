import { isPart, type AnswerReader } from './answer-reader.ts'
import type { LlmCall } from './llm-call.ts'

export interface StreamObserver {
  call: LlmCall
  reader: AnswerReader
  /** Whether the part that only says how many tokens there were is kept from the host. */
  hidesUsage: boolean
}

/** What the SDKs' streams have: `iterator` is what all their ways of reading call. */
interface StreamLike {
  iterator?: unknown
  [Symbol.asyncIterator]: () => AsyncIterator<unknown>
}

export function isStream(value: unknown): value is StreamLike {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** Has the parts of a stream looked at as the host reads them. The stream stays the same object. */
export function observeStream(stream: StreamLike, observer: StreamObserver): void {
  if (typeof stream.iterator === 'function') {
    // Their own property, replaced by one that does the same.
    const open = stream.iterator as () => AsyncIterator<unknown>
    stream.iterator = () => observeIterator(open.call(stream), observer)
    return
  }
  const open = stream[Symbol.asyncIterator]
  stream[Symbol.asyncIterator] = () => observeIterator(open.call(stream), observer)
}

function observeIterator(
  parts: AsyncIterator<unknown>,
  observer: StreamObserver,
): AsyncIterableIterator<unknown> {
  const { call } = observer
  return {
    async next() {
      try {
        let result = await parts.next()
        while (result.done !== true && isHidden(result.value, observer)) result = await parts.next()
        if (result.done === true) call.finish()
        return result
      } catch (error) {
        call.fail(error)
        throw error
      }
    },
    async return(value?: unknown) {
      call.abandon()
      return (await parts.return?.(value)) ?? { done: true, value }
    },
    async throw(error?: unknown) {
      call.fail(error)
      if (parts.throw !== undefined) return parts.throw(error)
      throw error
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Takes what a part says, and tells whether the host is not to see it. */
function isHidden(part: unknown, { call, reader, hidesUsage }: StreamObserver): boolean {
  try {
    if (!isPart(part)) return false
    const { fields, isContent, isUsageOnly = false } = reader.readPart(part)
    if (isContent) call.begin()
    if (fields !== undefined) call.add(fields)
    return hidesUsage && isUsageOnly
  } catch {
    return false
  }
}
