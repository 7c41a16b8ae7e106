import { join } from 'node:path'
import { backoffMs, sleep } from '@weir/runtime'
import { startPostgres, type RunningServer } from '@weir/servers'
import type { Config } from './config.ts'
import { explain } from './explain.ts'

/** The PostgreSQL that a run uses. */
export interface Store {
  databaseUrl: string
  /** For a person; without the password. */
  description: string
  /** Stops it when it is ours. */
  close: () => Promise<void>
  /** Ends it at once when it is ours; what is committed stays. */
  kill: () => void
}

/** Yours when the configuration names one, else one of our own, which is started again when it ends. */
export async function openStore(config: Config, say: (line: string) => void): Promise<Store> {
  const { databaseUrl } = config
  if (databaseUrl !== undefined) {
    const { hostname, port, pathname } = new URL(databaseUrl)
    const description = `PostgreSQL at ${hostname}:${port || '5432'}${pathname}`
    return { databaseUrl, description, close: () => Promise.resolve(), kill: () => undefined }
  }
  const postgres = new OwnPostgres(join(config.home, 'postgres'), say)
  const server = await postgres.start()
  return {
    databaseUrl: server.url,
    description: `PostgreSQL on port ${server.port}, in ${config.home}`,
    close: () => postgres.stop(),
    kill: () => postgres.kill(),
  }
}

class OwnPostgres {
  readonly #dataDirectory: string
  readonly #say: (line: string) => void
  readonly #stopping = new AbortController()
  #server: RunningServer | undefined
  #watching: Promise<void> = Promise.resolve()

  constructor(dataDirectory: string, say: (line: string) => void) {
    this.#dataDirectory = dataDirectory
    this.#say = say
  }

  async start(): Promise<RunningServer> {
    const server = await startPostgres({ dataDirectory: this.#dataDirectory })
    this.#server = server
    this.#watching = this.#watch(server)
    return server
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#server?.stop()
    await this.#watching
  }

  kill(): void {
    this.#stopping.abort()
    this.#server?.kill('SIGQUIT')
  }

  /** On the same port, because the services know it. */
  async #watch(first: RunningServer): Promise<void> {
    const { signal } = this.#stopping
    let server = first
    for (let attempt = 1; ; attempt += 1) {
      await server.exited
      if (signal.aborted) return
      this.#say('PostgreSQL ended; starting it again')
      const next = await this.#startAgain(first.port, attempt)
      if (next === undefined) return
      server = next
    }
  }

  async #startAgain(port: number, firstAttempt: number): Promise<RunningServer | undefined> {
    const { signal } = this.#stopping
    for (let attempt = firstAttempt; !signal.aborted; attempt += 1) {
      await sleep(backoffMs(attempt, { baseMs: 200, maxMs: 10_000 }), signal)
      if (signal.aborted) return undefined
      try {
        const server = await startPostgres({ dataDirectory: this.#dataDirectory, port })
        this.#server = server
        if (signal.aborted) await server.stop()
        return server
      } catch (error) {
        this.#say(`PostgreSQL does not start: ${explain(error)}`)
      }
    }
    return undefined
  }
}
