/** How the tests of all workspaces ended. */
export interface TestCounts {
  passed: number
  failed: number
  skipped: number
}

/** Adds up the summaries that Jest prints, given the lines of turbo's output in order. */
export class TestCounter {
  readonly counts: TestCounts = { passed: 0, failed: 0, skipped: 0 }
  /** By the prefix of the line, which is the workspace's. */
  readonly #failedFiles = new Map<string, number>()

  addLine(line: string): void {
    const match = stripColours(line).match(
      /^(?<workspace>\S+: )?(?<what>Test Suites|Tests): +(?<numbers>.+) total$/,
    )
    if (match?.groups === undefined) return
    const { workspace = '', what, numbers = '' } = match.groups
    const count = (kind: string) => Number(numbers.match(new RegExp(`(\\d+) ${kind}`))?.[1] ?? 0)
    if (what === 'Test Suites') {
      this.#failedFiles.set(workspace, count('failed'))
      return
    }
    this.counts.passed += count('passed')
    this.counts.skipped += count('skipped') + count('todo')
    // A file that cannot be run at all fails without a failed test.
    this.counts.failed += count('failed') || (this.#failedFiles.get(workspace) ?? 0)
  }
}

/** The last line of `npm test`. */
export function toResultLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

function stripColours(line: string): string {
  const escape = String.fromCodePoint(27)
  return line.replaceAll(new RegExp(`${escape}\\[[\\d;]*m`, 'g'), '')
}
