import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Runs a program to its end and gives what it wrote. Rejects, with its error output, when that is not good. */
export async function runProgram(file: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(file, args)
  return stdout
}

/** Whether this machine has a program and lets it do what the arguments say. */
export async function canRun(file: string, ...args: readonly string[]): Promise<boolean> {
  try {
    await runProgram(file, ...args)
    return true
  } catch {
    return false
  }
}
