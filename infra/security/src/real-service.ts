import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { sleep } from '@weir/runtime'
import { repository } from './repository.ts'

export type ServiceName = 'producer' | 'consumer' | 'query'

/** A service as a process of its own, on a free port. */
export interface RealService extends AsyncDisposable {
  name: ServiceName
  port: number
  pid: number
  /** Each line that it wrote, to standard output and to standard error. */
  lines: string[]
  /** Whether it still runs. */
  isRunning: () => boolean
}

const readyPaths = { producer: '/health/ready', consumer: '/health', query: '/health/ready' } as const
const portVariables = {
  producer: 'PRODUCER_PORT',
  consumer: 'CONSUMER_PORT',
  query: 'QUERY_SERVICE_PORT',
} as const

/** Starts a service with this environment and no other. Resolves when it can be used. */
export async function startService(
  name: ServiceName,
  env: Readonly<Record<string, string>>,
): Promise<RealService> {
  const preload = new URL('./end-with-parent.ts', import.meta.url).href
  const child = spawn(
    process.execPath,
    ['--import', preload, join(repository, 'apps', name, 'src', 'main.ts')],
    {
      env: {
        PATH: process.env['PATH'],
        [portVariables[name]]: '0',
        // The PostgreSQL that tests are given does without fsync.
        ALLOW_UNSAFE_SERVERS: 'true',
        SHUTDOWN_GRACE_MS: '0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  const exited = once(child, 'exit')
  const lines: string[] = []
  for (const output of [child.stdout, child.stderr]) {
    if (output !== null) createInterface({ input: output }).on('line', (line) => lines.push(line))
  }
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await isTrue())) {
      if (!isRunning()) throw new Error(`The ${name} ended: ${lines.join('\n')}`)
      await sleep(20)
    }
  }
  let port = 0
  await until(() => (port = portIn(lines)) !== 0)
  await until(async () => (await fetch(`http://127.0.0.1:${port}${readyPaths[name]}`)).ok)
  return {
    name,
    port,
    pid: child.pid ?? 0,
    lines,
    isRunning,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
      await exited
      clearTimeout(timer)
    },
  }
}

function portIn(lines: readonly string[]): number {
  const line = lines.find((text) => text.includes('"msg":"listening"'))
  return Number(/"port":(\d+)/.exec(line ?? '')?.[1] ?? 0)
}
