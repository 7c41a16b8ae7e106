/** Whole units of 10⁻⁹ that a double adds exactly. */
const maxNanos = 4e15
const plain = /^(\d{1,5})(?:\.(\d{1,9}))?$/

/** Adds decimals exactly, negative ones too. */
export class DecimalSum {
  #units = 0n
  #scale = 9
  /** What was added as units of 10⁻⁹ and is not in `#units` yet: nearly every amount fits. */
  #nanos = 0

  /** Adds a decimal, also in scientific notation. */
  add(decimal: string): void {
    const match = plain.exec(decimal)
    if (match === null) {
      this.#addExactly(decimal)
      return
    }
    this.addNanos(Number(match[1]) * 1e9 + Number((match[2] ?? '').padEnd(9, '0')))
  }

  /** Adds whole units of 10⁻⁹, at most 10¹⁴ of them. */
  addNanos(nanos: number): void {
    this.#nanos += nanos
    if (this.#nanos > maxNanos) this.#settle()
  }

  /** The sum as PostgreSQL's `numeric` reads it. */
  toString(): string {
    this.#settle()
    const isNegative = this.#units < 0n
    const digits = (isNegative ? -this.#units : this.#units).toString().padStart(this.#scale + 1, '0')
    const fraction = trimZeros(digits.slice(-this.#scale))
    const whole = `${isNegative ? '-' : ''}${digits.slice(0, -this.#scale)}`
    return fraction === '' ? whole : `${whole}.${fraction}`
  }

  #settle(): void {
    this.#units += BigInt(this.#nanos) * 10n ** BigInt(this.#scale - 9)
    this.#nanos = 0
  }

  #addExactly(decimal: string): void {
    this.#settle()
    const [mantissa = '0', exponent = '0'] = decimal.toLowerCase().split('e')
    const [whole = '0', fraction = ''] = mantissa.split('.')
    const scale = Math.max(fraction.length - Number(exponent), 0)
    let units = BigInt(whole + fraction)
    units *= 10n ** BigInt(scale - (fraction.length - Number(exponent)))
    if (scale > this.#scale) {
      this.#units *= 10n ** BigInt(scale - this.#scale)
      this.#scale = scale
    }
    this.#units += units * 10n ** BigInt(this.#scale - scale)
  }
}

/** The text without the zeros at its end. */
function trimZeros(text: string): string {
  let end = text.length
  while (text.charAt(end - 1) === '0') end -= 1
  return text.slice(0, end)
}
