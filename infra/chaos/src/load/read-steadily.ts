import { sleep } from '@weir/runtime'
import type { Rig } from '../rig/open-rig.ts'

const intervalMs = 50
const paths = ['/analytics/usage', '/events?limit=10', '/analytics/llm', '/analytics/performance']

/** Asks the query service one question after the other, whatever it answers. Disposing it stops it. */
export function readSteadily({ query, projects }: Rig): AsyncDisposable {
  const stop = new AbortController()
  async function run(): Promise<void> {
    for (let turn = 0; !stop.signal.aborted; turn += 1) {
      const key = projects[turn % projects.length]?.key ?? ''
      await query.get(paths[turn % paths.length] ?? '', { 'X-API-Key': key })
      await sleep(intervalMs, stop.signal)
    }
  }
  const running = run()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
    },
  }
}
