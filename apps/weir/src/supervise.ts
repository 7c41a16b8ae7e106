import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { backoffMs, sleep } from '@weir/runtime'
import { formatLogLine } from './format-log-line.ts'
import { repository } from './paths.ts'
import { StartError } from './start-error.ts'

/** A program of this repository that runs as a process of its own. */
export interface ServiceDefinition {
  name: string
  /** Relative to the repository. */
  script: string
  env: NodeJS.ProcessEnv
  /** Answers 200 when the service can be used. */
  readyUrl: string
}

const restart = { baseMs: 500, maxMs: 30_000 }
/** A service that ran this long has recovered: its next end is a first one. */
const recoveredMs = 60_000
const readyDeadlineMs = 60_000
const readyPollMs = 40
/** A little more than the services give themselves. */
const stopDeadlineMs = 28_000
const linesKept = 5

/** Keeps a service running. Its output goes to `say`, a line each. */
export class Supervisor {
  readonly #service: ServiceDefinition
  readonly #say: (line: string) => void
  readonly #stopping = new AbortController()
  #child: ChildProcess | undefined
  #isReady = false
  #lastLines: string[] = []
  #running: Promise<void> = Promise.resolve()

  constructor(service: ServiceDefinition, say: (line: string) => void) {
    this.#service = service
    this.#say = say
  }

  /** Resolves when the service can be used. Rejects with a `StartError` when it ends before. */
  async start(): Promise<void> {
    this.#running = this.#keepRunning()
    const hasEnded = this.#running.then(() => true)
    const deadline = performance.now() + readyDeadlineMs
    while (!(await isReady(this.#service.readyUrl))) {
      if (await Promise.race([hasEnded, sleep(readyPollMs).then(() => false)]))
        throw this.#startError('ended')
      if (performance.now() > deadline) throw this.#startError('was not ready after a minute')
    }
    this.#isReady = true
  }

  /** Stops the service for good; resolves when its process is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#child?.kill('SIGTERM')
    const timer = setTimeout(() => this.kill(), stopDeadlineMs)
    await this.#running
    clearTimeout(timer)
  }

  kill(): void {
    this.#stopping.abort()
    this.#child?.kill('SIGKILL')
  }

  async #keepRunning(): Promise<void> {
    const { signal } = this.#stopping
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const startedAtMs = performance.now()
      const end = await this.#runOnce()
      if (signal.aborted || !this.#isReady) return
      if (performance.now() - startedAtMs > recoveredMs) attempt = 1
      const waitMs = backoffMs(attempt, restart)
      this.#say(`${this.#service.name} ended (${end}); starting it again in ${(waitMs / 1000).toFixed(1)} s`)
      await sleep(waitMs, signal)
    }
  }

  /** Resolves with how the process ended, when its output has ended too. */
  #runOnce(): Promise<string> {
    const { script, env } = this.#service
    const preload = import.meta.resolve('./end-with-parent.ts')
    const child = spawn(process.execPath, ['--import', preload, join(repository, script)], {
      cwd: repository,
      env,
      // A session of its own, out of reach of Ctrl-C; the channel tells it when this process dies.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    this.#lastLines = []
    for (const output of [child.stdout, child.stderr]) {
      if (output !== null) createInterface({ input: output }).on('line', (line) => this.#show(line))
    }
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('close', (code, by) => resolve(by === null ? `exit code ${code}` : `signal ${by}`))
    })
  }

  #show(line: string): void {
    if (line.trim() === '') return
    if (this.#lastLines.push(line) > linesKept) this.#lastLines.shift()
    // Until it is ready, what it says is kept for the error that may come.
    if (this.#isReady) this.#say(formatLogLine(this.#service.name, line))
  }

  #startError(what: string): StartError {
    const lines = this.#lastLines.map((line) => `  ${formatLogLine(this.#service.name, line)}`)
    return new StartError([`The ${this.#service.name} ${what} at its start.`, ...lines].join('\n'))
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
