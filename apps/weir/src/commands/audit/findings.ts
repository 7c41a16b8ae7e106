import { holdsSecret, redactRecord, type ProjectRedaction, type RedactionKind } from '@weir/redaction'

/** What was found at one place of events, and in which of them; never the value. */
export interface Finding {
  kind: RedactionKind
  /** A table and a column, and the way into a payload; `[]` for any item of a list. */
  place: string
  count: number
  /** Ids of the first rows it was found in. */
  examples: string[]
}

const maxExamples = 3
const maxPlaces = 1_000
const maxPlaceLength = 200
const maxNameLength = 40

/** Gathers what the rules of each project would take out of rows that are stored. */
export class Findings {
  readonly #byPlace = new Map<string, Finding>()

  /** Most often found first. */
  get all(): Finding[] {
    return [...this.#byPlace.values()].toSorted((one, other) => other.count - one.count)
  }

  /** Looks into one row. `id` is told as an example. */
  look(table: string, id: string, record: unknown, redaction: ProjectRedaction): void {
    redactRecord(record, redaction, (kind, path) => {
      const place = [table, ...path.map(describeStep)].join('.').slice(0, maxPlaceLength)
      this.#add(kind, place, id)
    })
  }

  #add(kind: RedactionKind, place: string, id: string): void {
    const isKnown = this.#byPlace.has(`${kind} ${place}`)
    const at = isKnown || this.#byPlace.size < maxPlaces ? place : 'elsewhere'
    const key = `${kind} ${at}`
    const finding = this.#byPlace.get(key) ?? { kind, place: at, count: 0, examples: [] }
    this.#byPlace.set(key, finding)
    finding.count += 1
    if (finding.examples.length < maxExamples && !finding.examples.includes(id)) finding.examples.push(id)
  }
}

/** A name may be what was found. */
function describeStep(step: string): string {
  if (/^\d+$/.test(step)) return '[]'
  return step.length > maxNameLength || holdsSecret(step) ? '(a name)' : step
}
