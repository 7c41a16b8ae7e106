import { Writable } from 'node:stream'
import { createWeir, type Weir } from '../create-weir.ts'
import type { WeirEvent } from '../core/event-fields.ts'
import type { WeirOptions } from '../core/options.ts'
import { readLevel } from '../core/levels.ts'
import { errorFields, isError } from '../events/describe-error.ts'

export interface WinstonTransportOptions extends WeirOptions {
  /** A client that you have already, in place of the options for a new one. It is yours to shut down. */
  weir?: Weir
  /** winston's: what is less severe is not logged. Default: the logger's. */
  winstonLevel?: string
  handleExceptions?: boolean
  handleRejections?: boolean
  silent?: boolean
}

/** What winston passes; every member may be anything. */
type Info = Readonly<Record<string | symbol, unknown>>

/** Where winston keeps the level without colours. */
const levelSymbol = Symbol.for('level')

interface LoggerLike {
  level?: unknown
  levels?: Readonly<Record<string, number>>
}

/**
 * A transport of winston: `createLogger({ transports: [new WeirTransport({ url, apiKey })] })`. Not a child of
 * `winston-transport`, which it would depend on: an object stream with the members that winston looks at.
 */
export class WeirTransport extends Writable {
  declare readonly level: string
  readonly handleExceptions: boolean
  readonly handleRejections: boolean
  silent: boolean
  readonly #weir: Weir
  readonly #isOwn: boolean
  #logger: LoggerLike = {}

  constructor({
    weir,
    winstonLevel,
    handleExceptions = false,
    handleRejections = false,
    silent = false,
    ...options
  }: WinstonTransportOptions = {}) {
    super({ objectMode: true, highWaterMark: 1_000 })
    this.#weir = weir ?? createWeir(options)
    this.#isOwn = weir === undefined
    if (winstonLevel !== undefined) Object.assign(this, { level: winstonLevel })
    this.handleExceptions = handleExceptions
    this.handleRejections = handleRejections
    this.silent = silent
    // winston pipes the logger into its transports.
    this.on('pipe', (logger: LoggerLike) => {
      this.#logger = logger
    })
  }

  /** winston calls it, and tells a transport from an older kind by its number of parameters. */
  log(info: Info, done: () => void): void {
    if (this.#isWanted(info)) this.#weir.log(toEvent(info))
    done()
  }

  override _write(info: Info, _encoding: BufferEncoding, done: () => void): void {
    this.log(info, done)
  }

  override _final(done: () => void): void {
    if (this.#isOwn) void this.#endThen(done)
    else done()
  }

  async #endThen(done: () => void): Promise<void> {
    await this.#weir.shutdown()
    done()
  }

  #isWanted(info: Info): boolean {
    if (this.silent) return false
    if (info['exception'] === true && !this.handleExceptions) return false
    if (info['rejection'] === true && !this.handleRejections) return false
    const { levels = {}, level: loggersLevel } = this.#logger
    const least = levels['level' in this ? this.level : String(loggersLevel)]
    const own = levels[String(info[levelSymbol] ?? info['level'])]
    // In winston the most severe level has the lowest number.
    return least === undefined || own === undefined || own <= least
  }
}

function toEvent(info: Info): WeirEvent {
  const { message, level, timestamp, error: _error, stack: _stack, exception, rejection, ...fields } = info
  const isText = typeof message === 'string'
  return {
    eventType: 'log',
    level: readLevel(info[levelSymbol] ?? level),
    ...(isTime(timestamp) && { timestamp }),
    ...(exception === true && { uncaught: true }),
    ...(rejection === true && { unhandled: true }),
    ...(isText ? { message } : { data: message }),
    ...failureFields(info),
    ...fields,
  }
}

/** Of a logged error, of one among the fields, and of winston's own format for errors, which leaves its stack. */
function failureFields(info: Info): WeirEvent {
  const { message, error, stack } = info
  const thrown = [info, error].find(isError)
  if (thrown !== undefined) return { eventType: 'error_occurred', ...errorFields(thrown) }
  if (typeof stack !== 'string') return {}
  return { eventType: 'error_occurred', errorMessage: String(message), stack }
}

function isTime(value: unknown): value is number | string {
  return typeof value === 'number' || typeof value === 'string'
}
