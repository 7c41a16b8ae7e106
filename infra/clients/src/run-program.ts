import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { sleep } from '@weir/runtime'
import { findProgram } from './provide-programs.ts'

/** A program that runs until it is disposed of, or until the test's process ends, however that ends. */
export interface RunningProgram extends AsyncDisposable {
  /** Each line that it wrote, to standard output and to standard error. */
  lines: readonly string[]
}

const readyTimeoutMs = 20_000

/** Starts a program in the foreground. Resolves when `isReady` says so, and rejects with what it wrote if it ends. */
export async function runProgram(
  name: string,
  args: readonly string[],
  isReady: () => boolean | Promise<boolean>,
): Promise<RunningProgram> {
  const path = findProgram(name) ?? name
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'close')
  const lines: string[] = []
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => lines.push(line))
  }
  const giveUpAtMs = performance.now() + readyTimeoutMs
  while (!(await isReady())) {
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > giveUpAtMs) {
      child.kill('SIGKILL')
      throw new Error(`${name} does not run: ${lines.join('\n')}`)
    }
    await sleep(20)
  }
  return {
    lines,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await exited
      clearTimeout(timer)
    },
  }
}

/** Whether a server answers on this port of 127.0.0.1. */
export async function answers(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/ready`)
    return true
  } catch {
    return false
  }
}
