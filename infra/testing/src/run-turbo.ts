import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestCounts, TestCounter } from './count-tests.ts'

interface TurboRun {
  /** The script that is run, in each workspace that has it. */
  task: string
  /** For turbo, and after `--` for Jest. */
  args: readonly string[]
  env: NodeJS.ProcessEnv
  /** Ends the run. */
  interrupted: AbortSignal
}

const root = join(import.meta.dirname, '..', '..', '..')

/** Runs tests, shows their output, and counts. A run that fails has at least one failure. */
export async function runTurbo({ task, args, env, interrupted }: TurboRun): Promise<TestCounts> {
  const defaults = ['--log-order=grouped', '--output-logs=full', '--continue=always', '--no-update-notifier']
  if (!args.some((arg) => arg.startsWith('--concurrency'))) defaults.push('--concurrency=2')
  if (process.stdout.isTTY) defaults.push('--color')

  const child = spawn(join(root, 'node_modules', '.bin', 'turbo'), ['run', task, ...defaults, ...args], {
    cwd: root,
    env: { ...env, TURBO_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // turbo passes SIGTERM on to the tasks; SIGINT it expects them to have got from the terminal.
  const stop = (): void => void child.kill('SIGTERM')
  interrupted.addEventListener('abort', stop)
  if (interrupted.aborted) stop()

  const counter = new TestCounter()
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => {
      process.stdout.write(`${line}\n`)
      counter.addLine(line)
    })
  }
  const [code]: unknown[] = await once(child, 'close')
  const { counts } = counter
  return code === 0 ? counts : { ...counts, failed: Math.max(counts.failed, 1) }
}
