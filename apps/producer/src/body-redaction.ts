import {
  holdsSecret,
  keyedHash,
  redactRecord,
  type ProjectRedaction,
  type RedactionCounts,
  type RedactionKind,
} from '@weir/redaction'

/** What stands for an `Idempotency-Key` in the keys of events: a hash where it is itself something to redact. */
export function hideKey(key: string, { hashKey, projectId }: ProjectRedaction): string {
  return holdsSecret(key) ? keyedHash(hashKey, projectId, 'key', key) : key
}

/** Redacts the records of one body, and counts what it took out of them. */
export class BodyRedaction {
  readonly #redaction: ProjectRedaction
  #counts: RedactionCounts | undefined

  constructor(redaction: ProjectRedaction) {
    this.#redaction = redaction
  }

  /** Undefined for nothing. */
  get counts(): RedactionCounts | undefined {
    return this.#counts
  }

  redact(record: unknown): unknown {
    const { value, counts } = redactRecord(record, this.#redaction)
    if (counts !== undefined) this.#add(counts)
    return value
  }

  #add(counts: RedactionCounts): void {
    this.#counts ??= {}
    for (const [name, count] of Object.entries(counts)) {
      // Its own keys, of which `entries` forgets the type.
      const kind = name as RedactionKind
      this.#counts[kind] = (this.#counts[kind] ?? 0) + count
    }
  }
}
