import { isCardNumber, mayBeCard } from './cards.ts'
import { isAboutModel, isMessageList, namesModel } from './content-names.ts'
import type { RedactionCounts } from './kinds.ts'
import { factsOf, type NameFacts } from './name-facts.ts'
import { identityOf, normaliseName, type Identity } from './names.ts'
import { parseJson } from './parse-json.ts'
import { isPlaceholder } from './patterns.ts'
import { dropped, Replacer, type OnFound } from './replacer.ts'
import type { ProjectRedaction, RedactionRules } from './rules.ts'
import { validMember } from './valid-member.ts'

/** Deeper than any event may be, with room for JSON in texts. */
const maxDepth = 64

export interface Redacted {
  /** The value that was given, where nothing was found. */
  value: unknown
  /** Undefined when nothing was found. */
  counts: RedactionCounts | undefined
}

/**
 * Takes secrets, personal data and content out of a record of Weir's own form, as the rules of its project say: in
 * every field, at any depth, in names of fields and in JSON within texts. The record itself is not changed. What
 * could be stored before can be stored afterwards.
 */
export function redactRecord(record: unknown, redaction: ProjectRedaction, onFound?: OnFound): Redacted {
  const replacer = new Replacer(redaction, onFound)
  const walk = new Walk(redaction.rules, replacer)
  const isModel = typeof record === 'object' && record !== null && isAboutModel(record)
  const value = walk.redact(record, 0, isModel, 'none')
  return { value: value === dropped ? null : value, counts: replacer.counts }
}

const noNames: ReadonlySet<string> = new Set()

class Walk {
  readonly #rules: RedactionRules
  readonly #ownNames: ReadonlySet<string>
  readonly #replacer: Replacer

  constructor(rules: RedactionRules, replacer: Replacer) {
    this.#rules = rules
    this.#ownNames = rules.key_names.length === 0 ? noNames : new Set(rules.key_names.map(normaliseName))
    this.#replacer = replacer
  }

  redact(value: unknown, depth: number, isModel: boolean, identity: Identity): unknown {
    if (typeof value === 'string') return this.#redactString(value, depth, isModel, identity)
    if (typeof value === 'number') return this.#redactNumber(value, identity)
    if (typeof value !== 'object' || value === null) return value
    if (depth === maxDepth) return this.#replacer.whole('too_deep', '')
    return Array.isArray(value)
      ? this.#redactList(value, depth + 1, isModel)
      : this.#redactObject(value, depth + 1, isModel)
  }

  #redactList(list: readonly unknown[], depth: number, isModel: boolean): unknown {
    const [name, value] = list
    if (list.length === 2 && typeof name === 'string' && this.#isSecret(factsOf(name))) {
      // A header as a pair.
      const secret = this.#redactSecret(name, value)
      return secret === value ? list : [name, secret === dropped ? null : secret]
    }
    let copy: unknown[] | undefined
    for (let i = 0; i < list.length; i += 1) {
      this.#replacer.path.push(String(i))
      const item = list[i]
      const redacted = this.#redactNamed(item) ?? this.redact(item, depth, isModel, 'none')
      this.#replacer.path.pop()
      if (redacted === item) continue
      copy ??= [...list]
      copy[i] = redacted === dropped ? null : redacted
    }
    return copy ?? list
  }

  /** A secret header or attribute as `{"name":…,"value":…}`; undefined for anything else. */
  #redactNamed(item: unknown): object | undefined {
    if (typeof item !== 'object' || item === null || !('value' in item)) return undefined
    const name = 'name' in item ? item.name : 'key' in item ? item.key : undefined
    if (typeof name !== 'string' || !this.#isSecret(factsOf(name))) return undefined
    const secret = this.#redactSecret(name, item.value)
    return secret === item.value ? item : { ...item, value: secret === dropped ? null : secret }
  }

  #redactObject(object: object, depth: number, isModelAround: boolean): object {
    const isModel = isModelAround || namesModel(object)
    // Read once more below, by the names that it has.
    const members = object as Record<string, unknown>
    const names = Object.keys(object)
    let entries: [string, unknown][] | undefined
    for (let i = 0; i < names.length; i += 1) {
      const name = names[i] ?? ''
      const value = members[name]
      const facts = factsOf(name)
      this.#replacer.path.push(name)
      const redacted = this.#redactMember(name, facts, value, depth, isModel)
      const newName =
        facts.mayHoldSecret || this.#rules.prefixes.length > 0 ? this.#replacer.name(name) : name
      this.#replacer.path.pop()
      if (redacted !== value || newName !== name) {
        entries ??= names.slice(0, i).map((before) => [before, members[before]])
        if (redacted !== dropped) entries.push([newName, redacted])
      } else entries?.push([name, value])
    }
    // Not assigned one by one: a member may be called __proto__.
    return entries === undefined ? object : Object.fromEntries(entries)
  }

  #redactMember(name: string, facts: NameFacts, value: unknown, depth: number, isModel: boolean): unknown {
    if (value === null || typeof value === 'boolean') return value
    if (depth === 1 && name === 'timestamp' && typeof value === 'number') return value
    if (this.#isSecret(facts)) return this.#redactSecret(name, value)
    if (this.#isContent(facts, value, isModel)) return this.#replacer.whole('content', value)
    const isAddress = facts.isAddress && this.#rules.addresses !== 'keep' && typeof value === 'string'
    const addressed = isAddress ? this.#replacer.addresses(value) : value
    const redacted = this.redact(addressed, depth, isModel, identityOf(facts.normalised))
    return redacted === value ? value : validMember(name, redacted, depth === 1)
  }

  #isSecret({ isSecret, normalised }: NameFacts): boolean {
    return isSecret || this.#ownNames.has(normalised)
  }

  #redactSecret(name: string, value: unknown): unknown {
    if (value === null || value === undefined || typeof value === 'boolean') return value
    // How many tokens, not which.
    if (typeof value === 'number' && normaliseName(name) === 'token') return value
    if (typeof value === 'string' && (value === '' || isPlaceholder(value))) return value
    return this.#replacer.whole('secret_field', value)
  }

  #isContent({ contentRole }: NameFacts, value: unknown, isModel: boolean): boolean {
    if (contentRole === 'none' || this.#rules.content === 'keep' || typeof value === 'number') return false
    if (typeof value === 'string' && (value === '' || isPlaceholder(value))) return false
    if (contentRole === 'content') return true
    if (contentRole === 'message-list') return isModel || isMessageList(value)
    if (contentRole === 'model-content') return isModel
    return isModel && typeof value === 'string' && parseJson(value) === undefined
  }

  #redactNumber(value: number, identity: Identity): unknown {
    if (!mayBeCard(value) || !Number.isInteger(value)) return value
    const digits = String(value)
    return isCardNumber(digits) ? this.#replacer.whole('card', digits, identity) : value
  }

  #redactString(text: string, depth: number, isModel: boolean, identity: Identity): string {
    const parsed = parseJson(text)
    if (parsed === undefined) return this.#replacer.text(text, identity)
    if (depth === maxDepth) return String(this.#replacer.whole('too_deep', ''))
    const redacted = this.redact(parsed, depth + 1, isModel, identity)
    if (redacted === parsed) return text
    return JSON.stringify(redacted === dropped ? null : redacted)
  }
}
