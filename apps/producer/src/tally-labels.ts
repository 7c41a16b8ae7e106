import type { Tally } from '@weir/formats'

type Labels = Omit<Tally, 'count'>

/** Tallies on their way to another thread: that one knows what each number stands for, or is told. */
export interface NumberedTallies {
  /** The number of its labels and the count of each tally, one behind the other. */
  numbers: number[]
  /** What the next numbers stand for. */
  added: Labels[]
  /** Whether the numbers before are forgotten. */
  startsAgain: boolean
}

/** Senders name sources and models, and could name ever more of them. */
const maxLabels = 4_096

/** Gives labels numbers: they are mostly those of the body before, and copying a number costs nothing. */
export class TallyNumbers {
  readonly #numbers = new Map<string, number>()

  number(tallies: readonly Tally[]): NumberedTallies {
    const startsAgain = this.#numbers.size + tallies.length > maxLabels
    if (startsAgain) this.#numbers.clear()
    const numbers: number[] = []
    const added: Labels[] = []
    for (const { count, ...labels } of tallies) {
      const key = keyOf(labels)
      let number = this.#numbers.get(key)
      if (number === undefined) {
        number = this.#numbers.size
        this.#numbers.set(key, number)
        added.push(labels)
      }
      numbers.push(number, count)
    }
    return { numbers, added, startsAgain }
  }
}

/** The other end. */
export class NumberedLabels {
  #labels: Labels[] = []

  /** To be called in the order in which they were numbered. */
  read({ numbers, added, startsAgain }: NumberedTallies): Tally[] {
    if (startsAgain) this.#labels = []
    this.#labels.push(...added)
    const tallies: Tally[] = []
    for (let at = 0; at < numbers.length; at += 2) {
      const labels = this.#labels[numbers[at] ?? -1]
      if (labels === undefined) throw new RangeError('A tally has a number that nobody gave.')
      tallies.push({ ...labels, count: numbers[at + 1] ?? 0 })
    }
    return tallies
  }
}

/** Different for different labels: the lengths say where each of them ends. */
function keyOf({ eventType, source, isLlm, provider, model }: Labels): string {
  return `${eventType}\t${isLlm}\t${source.length}\t${provider?.length ?? -1}\t${model === null}\t${source}${provider ?? ''}${model ?? ''}`
}
