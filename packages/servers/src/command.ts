import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { ServerStartError } from './server-start-error.ts'

/** A program and its arguments. */
export type Command = readonly [string, ...string[]]

/** A command run by way of another one, such as `setpriv`. */
export function prefixed(prefix: readonly string[], command: Command): Command {
  const [first, ...rest] = prefix
  return first === undefined ? command : [first, ...rest, ...command]
}

/** Whether a command can be started and exits with 0. Its output is dropped. */
export function commandSucceeds([file, ...args]: Command): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: 'ignore' })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}

/** Runs a command to its end. Throws a `ServerStartError` with its output unless it exits with 0. */
export async function runToEnd([file, ...args]: Command, onLog?: (line: string) => void): Promise<void> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => {
      lines.push(line)
      onLog?.(line)
    })
  }
  const [code]: unknown[] = await once(child, 'close')
  if (code !== 0) throw new ServerStartError(file, lines)
}
