import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { sleep } from '@weir/runtime'
import { readUse, type Use } from './read-use.ts'

/** Variables of a service's environment. */
export type Variables = Readonly<Record<string, string>>

export interface ServiceOptions {
  name: string
  entry: URL
  env: Variables
  /** Modules that are loaded before the service. */
  preloads?: readonly URL[]
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
  #env: Variables
  #child: ChildProcess | undefined
  #exited: Promise<unknown> = Promise.resolve()
  #isEnding = false
  #useAtStart: Use | undefined

  constructor(options: ServiceOptions) {
    this.#options = options
    this.#env = options.env
  }

  get name(): string {
    return this.#options.name
  }

  get port(): number {
    return this.#options.port
  }

  get logFile(): string {
    return this.#options.logFile
  }

  /** Of the process that runs, `undefined` when none does. */
  get pid(): number | undefined {
    const child = this.#child
    return child?.exitCode === null && child.signalCode === null ? child.pid : undefined
  }

  /** What the process that runs used when it was ready. */
  get useAtStart(): Use | undefined {
    return this.#useAtStart
  }

  /** Sets variables for every start from now on. */
  configure(env: Variables): void {
    this.#env = { ...this.#env, ...env }
  }

  /** Resolves when the service answers. `env` is for this start alone. */
  async start(env: Variables = {}): Promise<void> {
    const child = await this.launch(env)
    await this.#untilReady(child)
    this.#useAtStart = await readUse(child.pid)
  }

  /** Starts the service and does not wait. A start with failpoints may end by itself. */
  async launch(env: Variables = {}): Promise<ChildProcess> {
    const { name, entry, logFile, preloads = [] } = this.#options
    const log = await open(logFile, 'a')
    const imports = [new URL('./end-with-parent.ts', import.meta.url), ...preloads]
    const child = spawn(
      process.execPath,
      [...imports.flatMap(({ href }) => ['--import', href]), fileURLToPath(entry)],
      {
        env: { PATH: process.env['PATH'], ...this.#env, ...env },
        stdio: ['ignore', log.fd, log.fd, 'ipc'],
      },
    )
    await log.close()
    this.#isEnding = false
    this.#child = child
    const mayBeKilled = env['FAILPOINTS'] !== undefined || env['KILL_DURING_WRITE'] !== undefined
    child.once('exit', (code, signal) => {
      if (this.#isEnding || (mayBeKilled && signal === 'SIGKILL')) return
      this.unexpectedEnds.push(`${name} ended by itself (${code ?? signal})`)
    })
    this.#exited = once(child, 'exit')
    return child
  }

  /** Ends the process at once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#isEnding = true
    this.#child?.kill('SIGKILL')
    await this.#exited
  }

  /** Resolves when the process has ended, whatever ended it; rejects when it has not in time. */
  async untilEnded(deadlineMs: number): Promise<void> {
    if (!(await this.hasEnded(deadlineMs)))
      throw new Error(`The ${this.name} has not ended within ${deadlineMs} ms.`)
  }

  /** Waits for the end of the process, up to `deadlineMs`. */
  async hasEnded(deadlineMs: number): Promise<boolean> {
    await Promise.race([this.#exited, sleep(deadlineMs)])
    return this.pid === undefined
  }

  /** Suspends the process (`SIGSTOP`) and lets it go on (`SIGCONT`): its connections stay. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal)
  }

  /** Asks the process to end. Notes when it does not do so in order, within half a minute. */
  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined || this.pid === undefined) return
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

  /** Whether it can be used now. */
  async isReady(): Promise<boolean> {
    return (await this.get(this.#options.readyPath)) !== undefined
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

  /** A metric without labels, as the service reports it now; `undefined` when it cannot be asked. */
  async readMetric(name: string): Promise<number | undefined> {
    const text = await this.get('/metrics')
    if (text === undefined) return undefined
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0)
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
    if (child.signalCode === 'SIGKILL') return
    throw new Error(`The ${this.#options.name} does not answer; its log says why.`)
  }
}
