import { replaceAddresses, truncateAddress } from './addresses.ts'
import { keyedHash } from './keyed-hash.ts'
import type { RedactionCounts, RedactionKind } from './kinds.ts'
import type { Identity } from './names.ts'
import { redactText } from './redact-text.ts'
import { modeOf, type Mode, type ProjectRedaction } from './rules.ts'

/** What is to go without a trace. */
export const dropped = Symbol('dropped')

/** Most characters of an id. */
const maxIdLength = 256

/** What is told of each thing that is found: never the thing. */
export type OnFound = (kind: RedactionKind, path: readonly string[]) => void

/** Makes what stands in place of what was found, and counts it. */
export class Replacer {
  readonly #redaction: ProjectRedaction
  readonly #onFound: OnFound | undefined
  /** Where the walk is: names of members and numbers of items. */
  readonly path: string[] = []
  counts: RedactionCounts | undefined

  constructor(redaction: ProjectRedaction, onFound?: OnFound) {
    this.#redaction = redaction
    this.#onFound = onFound
  }

  /** Of a value that is secret as a whole. */
  whole(kind: RedactionKind, value: unknown, identity: Identity = 'none'): unknown {
    const mode = this.#modeAt(kind, identity)
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const replaced = this.#replace(kind, text, mode)
    return mode === 'drop' ? dropped : replaced
  }

  /** Of what is found in a text. */
  text(text: string, identity: Identity): string {
    const redacted = redactText(text, this.#redaction.rules.prefixes, (kind, secret) =>
      this.#replace(kind, secret, this.#modeAt(kind, identity)),
    )
    return identity !== 'none' && redacted.length > maxIdLength && redacted !== text
      ? this.#hash('id', text)
      : redacted
  }

  /** Of what is found in the name of a field. It is hashed: two that were masked alike would be one member. */
  name(name: string): string {
    const { rules } = this.#redaction
    return redactText(name, rules.prefixes, (kind, secret) =>
      this.#replace(kind, secret, modeOf(rules, kind) === 'keep' ? 'keep' : 'hash'),
    )
  }

  /** Of the addresses in the text of a field that says where a client came from. */
  addresses(text: string): string {
    const mode = this.#redaction.rules.addresses
    return replaceAddresses(text, (address) => {
      if (mode !== 'truncate') return this.#replace('address', address, mode)
      const truncated = truncateAddress(address) ?? ''
      if (truncated !== address) this.#note('address')
      return truncated
    })
  }

  #modeAt(kind: RedactionKind, identity: Identity): Mode {
    const { rules } = this.#redaction
    if (identity === 'none') return modeOf(rules, kind)
    if (kind !== 'email') return 'hash'
    return identity === 'key' && rules.identities !== 'keep' ? 'hash' : rules.identities
  }

  #replace(kind: RedactionKind, secret: string, mode: Mode): string {
    if (mode === 'keep') return secret
    this.#note(kind)
    if (mode === 'drop') return ''
    return mode === 'hash' ? this.#hash(kind, secret) : `[redacted:${kind}]`
  }

  #hash(kind: string, secret: string): string {
    const { hashKey, projectId } = this.#redaction
    // An address is the same however it is written.
    return keyedHash(hashKey, projectId, kind, kind === 'email' ? secret.toLowerCase() : secret)
  }

  #note(kind: RedactionKind): void {
    this.counts ??= {}
    this.counts[kind] = (this.counts[kind] ?? 0) + 1
    this.#onFound?.(kind, this.path)
  }
}
