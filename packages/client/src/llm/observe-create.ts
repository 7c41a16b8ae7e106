import type { Weir } from '../create-weir.ts'
import { isPart, textOf, type AnswerReader, type Part } from './answer-reader.ts'
import { LlmCall } from './llm-call.ts'
import type { LlmLogOptions } from './llm-options.ts'
import { isStream, observeStream, type StreamObserver } from './observe-stream.ts'

export interface CreateOptions extends LlmLogOptions {
  weir: Weir
  reader: AnswerReader
  /** Gives the request to send in place of the host's, when streams have to be asked for their usage. */
  askForUsage?: ((body: Part) => Part | undefined) | undefined
}

type Create = (body: unknown, ...rest: unknown[]) => unknown

/** The SDKs' promise of an answer: the request is on its way, and the answer is read when the host asks for it. */
interface PromiseLike {
  responsePromise?: unknown
  parseResponse?: unknown
  _thenUnwrap?: unknown
}

const observed = Symbol.for('weir.client.observed')

/**
 * Replaces a resource's `create` by one that records. The host gets the SDK's own promise and stream: their helpers
 * (`withResponse`, `parse`, `stream`, `tee`) end at `create` too.
 */
export function observeCreate(resource: unknown, options: CreateOptions): void {
  if (!isPart(resource) || typeof resource['create'] !== 'function' || observed in resource['create']) return
  // A method of the SDK; its arguments are passed on.
  const create = resource['create'] as Create
  function record(this: unknown, body: unknown, ...rest: unknown[]): unknown {
    const { asked, observer } = prepare(body, options)
    let promise: unknown
    try {
      promise = create.call(this, asked, ...rest)
    } catch (error) {
      observer?.call.fail(error)
      throw error
    }
    if (observer !== undefined) observePromise(promise, observer)
    return promise
  }
  Object.assign(resource, { create: Object.assign(record, { [observed]: true }) })
}

function prepare(
  body: unknown,
  options: CreateOptions,
): { asked: unknown; observer: StreamObserver | undefined } {
  try {
    if (!isPart(body)) return { asked: body, observer: undefined }
    const { weir, reader, provider, askForUsage } = options
    const asked = body['stream'] === true ? askForUsage?.(body) : undefined
    const call = new LlmCall(weir, options, {
      provider,
      operation: reader.operation,
      model: textOf(body, 'model'),
      requestModel: textOf(body, 'model'),
      userId: userOf(body),
      ...(body['stream'] === true && { streamed: true }),
    })
    return { asked: asked ?? body, observer: { call, reader, hidesUsage: asked !== undefined } }
  } catch {
    return { asked: body, observer: undefined }
  }
}

/** Whom the host made the call for, as it told the provider. */
function userOf(body: Part): string | undefined {
  const metadata = isPart(body['metadata']) ? body['metadata'] : undefined
  return textOf(body, 'user') ?? textOf(body, 'safety_identifier') ?? textOf(metadata, 'user_id')
}

type Any = (...values: unknown[]) => unknown

function observePromise(promise: unknown, observer: StreamObserver): void {
  if (typeof promise !== 'object' || promise === null) return
  const { responsePromise, parseResponse, _thenUnwrap: thenUnwrap } = promise as PromiseLike
  if (!(responsePromise instanceof Promise) || typeof parseResponse !== 'function') return
  // Not `promise.then`: that would read the body, which the host may want to read itself.
  responsePromise.catch((error: unknown) => observer.call.fail(error))
  let isTaken = false
  const takeOnce = (answer: unknown): void => {
    if (!isTaken) take(answer, observer)
    isTaken = true
  }
  // Methods of the SDK; what they are called with is passed on.
  const parse = parseResponse as Any
  Object.assign(promise, {
    async parseResponse(...values: unknown[]) {
      let answer: unknown
      try {
        answer = await parse.apply(promise, values)
      } catch (error) {
        observer.call.fail(error)
        throw error
      }
      takeOnce(answer)
      return answer
    },
  })
  if (typeof thenUnwrap !== 'function') return
  // What the SDK's helpers turn the answer into something else with, past `parseResponse` for some.
  const unwrap = thenUnwrap as (transform: Any) => unknown
  Object.assign(promise, {
    _thenUnwrap: (transform: Any) =>
      unwrap.call(promise, (answer, ...values) => {
        takeOnce(answer)
        return transform(answer, ...values)
      }),
  })
}

function take(answer: unknown, observer: StreamObserver): void {
  try {
    if (isStream(answer)) observeStream(answer, observer)
    else {
      if (isPart(answer)) observer.call.add(observer.reader.readAnswer(answer))
      observer.call.finish()
    }
  } catch {
    observer.call.finish()
  }
}
