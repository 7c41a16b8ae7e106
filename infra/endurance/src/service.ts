import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { sleep } from '@weir/runtime'

export interface ServiceOptions {
  name: string
  entry: URL
  env: Readonly<Record<string, string>>
  port: number
  /** Answers 200 when the service can be used. */
  readyPath: string
  logFile: string
}

const startTimeoutMs = 60_000
const stopTimeoutMs = 30_000

/** A program of Weir as a process of its own, which a scenario may kill and start again. */
export class Service implements AsyncDisposable {
  /** Ends that nobody asked for. */
  readonly unexpectedEnds: string[] = []
  readonly #options: ServiceOptions
  #child: ChildProcess | undefined
  #exited: Promise<unknown> = Promise.resolve()
  #isEnding = false

  constructor(options: ServiceOptions) {
    this.#options = options
  }

  get port(): number {
    return this.#options.port
  }

  /** Resolves when the service answers. */
  async start(): Promise<void> {
    const { name, entry, env, logFile } = this.#options
    const log = await open(logFile, 'a')
    const preload = new URL('./end-with-parent.ts', import.meta.url).href
    const child = spawn(process.execPath, ['--import', preload, fileURLToPath(entry)], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    })
    await log.close()
    this.#isEnding = false
    this.#child = child
    child.once('exit', (code, signal) => {
      if (!this.#isEnding) this.unexpectedEnds.push(`${name} ended by itself (${code ?? signal})`)
    })
    this.#exited = once(child, 'exit')
    await this.#untilReady(child)
  }

  /** Ends the process at once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#isEnding = true
    this.#child?.kill('SIGKILL')
    await this.#exited
  }

  /** Asks the process to end. Notes when it does not do so in order, within half a minute. */
  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined || this.#isEnding) return
    this.#isEnding = true
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
    await this.#exited
    clearTimeout(timer)
    if (child.exitCode !== 0)
      this.unexpectedEnds.push(
        `${this.#options.name} did not stop in order (${child.exitCode ?? child.signalCode})`,
      )
  }

  /** GET on the service. Resolves to undefined when there is no answer, or one other than 200. */
  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<string | undefined> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
        headers,
        signal: AbortSignal.timeout(5_000),
      })
      const text = await response.text()
      return response.ok ? text : undefined
    } catch {
      return undefined
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }

  async #untilReady(child: ChildProcess): Promise<void> {
    const giveUpAtMs = performance.now() + startTimeoutMs
    while (performance.now() < giveUpAtMs && child.exitCode === null && child.signalCode === null) {
      if ((await this.get(this.#options.readyPath)) !== undefined) return
      await sleep(20)
    }
    throw new Error(`The ${this.#options.name} does not answer; its log says why.`)
  }
}
