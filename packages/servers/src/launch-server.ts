import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type Command, commandSucceeds, prefixed } from './command.ts'
import type { ServerExit } from './running-server.ts'
import { ServerStartError } from './server-start-error.ts'

/** A server process that has said it is ready. */
export interface ServerProcess {
  readonly pid: number
  readonly exited: Promise<ServerExit>
  stop(): Promise<void>
  kill(signal: NodeJS.Signals): void
}

interface Launch {
  command: Command
  /** A command that runs `command` as another user. */
  runAs?: readonly string[]
  /** Written to the server's standard input, which is then closed. */
  input?: string
  isReady: (line: string) => boolean
  /** Asks for an orderly shutdown. Also what the server gets when this process dies without stopping it. */
  stopSignal: 'SIGINT' | 'SIGTERM'
  onSpawn?: (pid: number) => Promise<void>
  onLog?: ((line: string) => void) | undefined
}

const orderlyStopMs = 30_000
const linesKept = 40

/**
 * Starts a server and waits until it says that it is ready. It runs in a session of its own: Ctrl-C in a terminal
 * goes to this process alone, which can then stop its servers in order.
 */
export async function launchServer(launch: Launch): Promise<ServerProcess> {
  // A change of user clears the wish to die with the parent: `runAs` comes first.
  const [file, ...args] = prefixed(
    [...(launch.runAs ?? []), ...(await dieWithParent(launch.stopSignal))],
    launch.command,
  )
  const child = spawn(file, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const exited = untilExited(child)
  const started = untilReady(child, launch)
  // A server that ends at once leaves nobody to read its input.
  child.stdin.on('error', () => undefined)
  child.stdin.end(launch.input ?? '')

  const server = toServerProcess(child, exited, launch.stopSignal)
  try {
    await Promise.all([started, child.pid === undefined ? undefined : launch.onSpawn?.(child.pid)])
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
}

/** A prefix under which a command gets a signal when the process that started it dies; nothing where that is missing. */
async function dieWithParent(signal: string): Promise<readonly string[]> {
  const prefix = ['--pdeathsig', signal.replace('SIG', '')]
  return (await commandSucceeds(['setpriv', ...prefix, 'true'])) ? ['setpriv', ...prefix] : []
}

/**
 * Waits for the end of the output as well: it is open until the last process that the server made has ended. A
 * program that was started from inside the server and inherited its output must not hold us for ever, hence a limit.
 */
function untilExited(child: ChildProcess): Promise<ServerExit> {
  const outputLimitMs = 10_000
  return new Promise((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }))
    child.once('exit', (code, signal) => {
      const timer = setTimeout(resolve, outputLimitMs, { code, signal })
      child.once('close', () => {
        clearTimeout(timer)
        resolve({ code, signal })
      })
    })
  })
}

function untilReady(child: ChildProcess, { command, isReady, onLog }: Launch): Promise<void> {
  const lines: string[] = []
  return new Promise((resolve, reject) => {
    for (const output of [child.stdout, child.stderr]) {
      if (output === null) continue
      createInterface({ input: output }).on('line', (line) => {
        onLog?.(line)
        if (lines.push(line) > linesKept) lines.shift()
        if (isReady(line)) resolve()
      })
    }
    child.once('error', reject)
    child.once('close', () => {
      reject(new ServerStartError(command[0], lines))
    })
  })
}

function toServerProcess(
  child: ChildProcess,
  exited: Promise<ServerExit>,
  stopSignal: NodeJS.Signals,
): ServerProcess {
  return {
    pid: child.pid ?? 0,
    exited,
    kill: (signal) => void child.kill(signal),
    async stop() {
      child.kill(stopSignal)
      // A process that was suspended acts on no signal but this one.
      child.kill('SIGCONT')
      const timer = setTimeout(() => child.kill('SIGKILL'), orderlyStopMs)
      await exited
      clearTimeout(timer)
    },
  }
}
