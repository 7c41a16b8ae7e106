/** Lets the first so many different values of a sender's text be metric labels, and makes `other` of the rest. */
export class BoundedLabels {
  readonly #values = new Set<string>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  /** The label for a value; `unknown` where there is none. */
  of(value: string | null): string {
    if (value === null) return 'unknown'
    if (this.#values.has(value)) return value
    if (this.#values.size >= this.#max) return 'other'
    this.#values.add(value)
    return value
  }
}
