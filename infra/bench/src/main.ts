import { readArguments } from './arguments.ts'
import { toJsonLine, toTable } from './report.ts'
import { runBench } from './run-bench.ts'
import { say } from './system/progress.ts'

// npm run bench -- [--quick] [--json] [--only <row>]... [--indexes] [--cpu-prof <directory>]

const { promise: interrupted, reject } = Promise.withResolvers<never>()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => reject(new Error(`stopped by ${signal}`)))
}
// Whoever races against it hears of it; before that, and after, nobody has to.
interrupted.catch(() => undefined)

try {
  const args = readArguments(process.argv.slice(2))
  const { machine, rows, verified, notes, indexCosts } = await runBench(args, interrupted)
  const lines = args.isJson
    ? rows.map(toJsonLine)
    : [
        ...machine,
        '',
        ...(rows.length > 0 ? [toTable(rows)] : []),
        '',
        ...verified.map((line) => `verified: ${line}`),
        ...notes,
        ...(indexCosts.length > 0
          ? ['', 'What each index costs:', ...indexCosts.map((line) => `  ${line}`)]
          : []),
      ]
  process.stdout.write(`${lines.join('\n')}\n`)
} catch (error) {
  for (const line of messagesOf(error)) say(line)
  // Everything is stopped and removed; what an interrupted row still waits for does not keep the process.
  process.exit(1)
}

/** The error, and the one before it that clean-up then hid. */
function messagesOf(error: unknown): string[] {
  if (error instanceof SuppressedError) return [...messagesOf(error.suppressed), ...messagesOf(error.error)]
  return [error instanceof Error ? error.message : String(error)]
}
