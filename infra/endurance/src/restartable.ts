import type { RunningServer } from '@weir/servers'

/** A server that a scenario may stop and start again at the same address, with the same data. */
export interface Restartable extends AsyncDisposable {
  readonly url: string
  /** Orderly shutdown; resolves when nothing of the server is left. */
  stop: () => Promise<void>
  /** Resolves when it can be used again. */
  start: () => Promise<void>
}

/** Starts a server for the first time. `launch` starts it, with its data, every time. */
export async function openRestartable(launch: () => Promise<RunningServer>): Promise<Restartable> {
  let server = await launch()
  return {
    url: server.url,
    stop: () => server.stop(),
    async start() {
      server = await launch()
    },
    [Symbol.asyncDispose]: () => server.stop(),
  }
}
