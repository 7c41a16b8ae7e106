import type { Weir } from '../create-weir.ts'
import type { LlmFields } from '../core/event-fields.ts'
import { errorFields } from '../events/describe-error.ts'
import type { LlmLogOptions } from './llm-options.ts'

/** One call of a model, from its start to the one event that it becomes. No method throws. */
export class LlmCall {
  readonly #weir: Weir
  readonly #options: LlmLogOptions
  readonly #startedAtMs = Date.now()
  readonly #startedAt = performance.now()
  #fields: LlmFields
  #isLogged = false

  constructor(weir: Weir, options: LlmLogOptions, fields: LlmFields) {
    this.#weir = weir
    this.#options = options
    this.#fields = fields
  }

  /** Takes what is known now; what is `undefined` takes nothing back. */
  add(fields: LlmFields): void {
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) this.#fields[name] = value
  }

  /** The first part of the answer has come. */
  begin(): void {
    this.#fields.ttftMs ??= this.#elapsedMs()
  }

  finish(): void {
    this.#log({})
  }

  /** The host has read enough. */
  abandon(): void {
    this.#log({ aborted: true })
  }

  fail(error: unknown): void {
    // The SDKs' errors have the answer's status.
    const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined
    this.#log({
      ...errorFields(error),
      level: 'error',
      statusCode: typeof status === 'number' ? status : undefined,
    })
  }

  #log(last: LlmFields): void {
    if (this.#isLogged) return
    this.#isLogged = true
    const { cost, fields } = this.#options
    const call = { ...this.#fields, ...last, timestamp: this.#startedAtMs, durationMs: this.#elapsedMs() }
    try {
      Object.assign(call, fields?.())
      call.cost = cost?.(call) ?? call.cost
    } catch {
      // The host's own functions: without what they would have said, the call is recorded all the same.
    }
    this.#weir.logLlmQuery(call)
  }

  #elapsedMs(): number {
    return Math.round((performance.now() - this.#startedAt) * 1_000) / 1_000
  }
}
