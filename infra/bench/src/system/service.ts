import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sleep } from '@weir/runtime'

/** A program of the benchmark, running. Disposing it is an orderly stop. */
export interface Service extends AsyncDisposable {
  readonly pid: number
  readonly port: number
  stop: () => Promise<void>
}

export interface ServiceOptions {
  name: string
  entry: URL
  port: number
  env: Readonly<Record<string, string>>
  /** Answers 200 when the service runs. */
  healthPath: string
  /** Sent along. Where the answer says whether the key in it is valid, that is waited for too. */
  headers: Readonly<Record<string, string>>
  /** Where its log goes. */
  directory: string
  /** Where a CPU profile goes when it stops; none where it is left out. */
  profileDirectory?: string | undefined
}

const startTimeoutMs = 30_000

/** Starts a program and waits until it answers. Rejects with the end of its log when it does not. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { name, entry, port, env, healthPath, headers, directory, profileDirectory } = options
  await mkdir(directory, { recursive: true })
  const logPath = join(directory, `${name}.log`)
  const log = await open(logPath, 'a')
  const flags =
    profileDirectory === undefined
      ? []
      : [
          '--cpu-prof',
          `--cpu-prof-dir=${profileDirectory}`,
          `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`,
        ]
  const child = spawn(process.execPath, [...flags, fileURLToPath(entry)], {
    // As in the image and under `npm start`: a service that was started before has nothing to strip types from.
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: join(directory, 'compile-cache'), ...env },
    stdio: ['ignore', log.fd, log.fd],
  })
  const exited = once(child, 'exit')
  await log.close()

  async function stop(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await exited
  }
  try {
    await untilHealthy(
      `http://127.0.0.1:${port}${healthPath}`,
      headers,
      () => child.exitCode !== null || child.signalCode !== null,
    )
  } catch (error) {
    await stop()
    const end = (await readFile(logPath, 'utf8')).split('\n').slice(-20).join('\n')
    throw new Error(`${name} did not start:\n${end}`, { cause: error })
  }
  return { pid: child.pid ?? 0, port, stop, [Symbol.asyncDispose]: stop }
}

async function untilHealthy(
  url: string,
  headers: Readonly<Record<string, string>>,
  hasEnded: () => boolean,
): Promise<void> {
  const giveUpAtMs = performance.now() + startTimeoutMs
  while (performance.now() < giveUpAtMs && !hasEnded()) {
    const response = await fetch(url, { headers }).catch(() => undefined)
    const text = (await response?.text()) ?? ''
    if (response?.ok === true && !text.includes('"key_valid":false')) return
    await sleep(10)
  }
  throw new Error('It does not answer, or does not know the key.')
}
