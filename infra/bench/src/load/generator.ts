import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { LoadPlan, LoadResult } from './plan.ts'

/** A load generator in a process of its own. */
export interface Generator extends AsyncDisposable {
  /** Sends what the plan says and waits for every answer. One plan at a time. */
  run: (plan: LoadPlan) => Promise<LoadResult>
}

type Message = { result: LoadResult } | { error: string }

/** Starts a generator. */
export function startGenerator(): Generator {
  const child = fork(new URL('./generator-process.ts', import.meta.url), { stdio: 'inherit' })
  const exited = once(child, 'exit')
  return {
    async run(plan) {
      child.send(plan)
      const died = exited.then(() => {
        throw new Error('The load generator ended.')
      })
      // A message has one argument: what the child sent.
      const [message] = (await Promise.race([once(child, 'message'), died])) as [Message]
      if ('error' in message) throw new Error(`The load generator failed: ${message.error}`)
      return message.result
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}
