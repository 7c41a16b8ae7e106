import { contentRoleOf, type ContentRole } from './content-names.ts'
import { isAddressName, isSecretName, normaliseName } from './names.ts'
import { mayHoldSecret } from './triggers.ts'

/** What the name of a field says about its value. */
export interface NameFacts {
  normalised: string
  isSecret: boolean
  isAddress: boolean
  contentRole: ContentRole
  /** Whether the name itself may be, or hold, a secret. */
  mayHoldSecret: boolean
}

/** Senders use few names again and again; who makes up new ones is not to fill the memory. */
const maxKnown = 4_096
const maxKnownLength = 100
const known = new Map<string, NameFacts>()

export function factsOf(name: string): NameFacts {
  const found = known.get(name)
  if (found !== undefined) return found
  const facts = {
    normalised: normaliseName(name),
    isSecret: isSecretName(name),
    isAddress: isAddressName(name),
    contentRole: contentRoleOf(name),
    mayHoldSecret: mayHoldSecret(name),
  }
  if (name.length > maxKnownLength) return facts
  if (known.size === maxKnown) known.clear()
  known.set(name, facts)
  return facts
}

/**
 * Whether a field of this name can be one that is redacted, for its name or in it, under rules that look for the
 * usual. Its value may be none of it, and yet have to be looked at.
 */
export function concernsName(name: string): boolean {
  const facts = factsOf(name)
  return facts.isSecret || facts.contentRole !== 'none' || facts.mayHoldSecret
}
