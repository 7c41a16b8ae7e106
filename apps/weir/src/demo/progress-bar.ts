/** Where a bar is drawn: standard output, or a test's own. */
export interface ProgressOutput {
  isTTY?: boolean | undefined
  write: (text: string) => unknown
}

const width = 30
const linesWithoutTerminal = 10

/** Shows how much of a total is done: a bar that moves in a terminal, ten lines anywhere else. */
export class ProgressBar {
  readonly #output: ProgressOutput
  readonly #total: number
  readonly #what: string
  readonly #startedAtMs = performance.now()
  #lastStep = 0

  constructor(output: ProgressOutput, total: number, what: string) {
    this.#output = output
    this.#total = total
    this.#what = what
  }

  show(done: number): void {
    const share = this.#total === 0 ? 1 : done / this.#total
    const perSecond = Math.round(done / Math.max(0.001, (performance.now() - this.#startedAtMs) / 1_000))
    const text = `${String(Math.floor(share * 100)).padStart(3)} %  ${format(done)} of ${format(this.#total)} ${this.#what}, ${format(perSecond)}/s`
    if (this.#output.isTTY === true) {
      const filled = Math.round(share * width)
      this.#output.write(`\r  [${'█'.repeat(filled)}${'░'.repeat(width - filled)}] ${text} \u001B[K`)
      if (share >= 1) this.#output.write('\n')
      return
    }
    const step = Math.floor(share * linesWithoutTerminal)
    if (step > this.#lastStep) this.#output.write(`  ${text}\n`)
    this.#lastStep = step
  }
}

function format(number: number): string {
  return number.toLocaleString('en')
}
