import { activeFault, type ActiveFault } from './fault.ts'
import { suspendTree } from './process-tree.ts'

/** A server of ours that can go down, and come up again at the same address with the same data. */
export interface FragileServer {
  readonly url: string
  /** Of its first process; that of the last start while it is down. */
  readonly pid: number
  /** Orderly shutdown. */
  stop: () => Promise<void>
  /** Ends the first process at once; resolves when nothing of the server is left. */
  kill: () => Promise<void>
  start: () => Promise<void>
}

/** Orderly shutdown; healed, it is started again. */
export async function stopServer(server: FragileServer): Promise<ActiveFault> {
  await server.stop()
  return activeFault(() => server.start())
}

/** kill -9; healed, it is started again. */
export async function killServer(server: FragileServer): Promise<ActiveFault> {
  await server.kill()
  return activeFault(() => server.start())
}

/** SIGSTOP to every process of the server: connections stay open, and nothing answers. */
export function suspendServer({ pid }: Pick<FragileServer, 'pid'>): Promise<ActiveFault> {
  return suspendTree(pid)
}
