import { setTimeout as sleep } from 'node:timers/promises'
import { findFreePort } from './find-free-port.ts'
import type { ServerProcess } from './launch-server.ts'
import { ServerStartError } from './server-start-error.ts'

interface Launched {
  server: ServerProcess
  port: number
}

const attempts = 40
const retryMs = 250

/**
 * Launches a server on a port of 127.0.0.1; 0 is a free one, and another free one when a program was quicker.
 * Waits up to ten seconds for the last processes of a PostgreSQL that was killed on the same data.
 */
export async function launchOnPort(
  name: string,
  wantedPort: number,
  launch: (port: number) => Promise<ServerProcess>,
): Promise<Launched> {
  for (let attempt = 1; ; attempt++) {
    const port = wantedPort || (await findFreePort())
    try {
      return { server: await launch(port), port }
    } catch (error) {
      if (!(error instanceof ServerStartError)) throw error
      const isPortTaken = says(error, 'Address already in use')
      if (isPortTaken && wantedPort !== 0) {
        throw new Error(`Port ${port} on 127.0.0.1, wanted for ${name}, is in use by another program`, {
          cause: error,
        })
      }
      const isPassing = isPortTaken || says(error, 'pre-existing shared memory block')
      if (!isPassing || attempt === attempts) throw error
      await sleep(retryMs)
    }
  }
}

function says(error: ServerStartError, text: string): boolean {
  return error.lines.some((line) => line.includes(text))
}
