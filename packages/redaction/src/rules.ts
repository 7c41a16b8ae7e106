import { z } from 'zod'
import type { RedactionKind } from './kinds.ts'

const name = z.string().min(1).max(100)
const prefix = z
  .string()
  .regex(/^[\x21-\x7e]{4,100}$/, 'must be 4 to 100 printable ASCII characters without spaces')

/** A project's rules, as they are stored and sent; what is left out has its default. */
export const redactionRules = z
  .strictObject({
    secrets: z.enum(['mask', 'hash', 'drop']).default('mask').meta({
      description: 'Passwords, tokens, keys, cookies: by the name of their field, or by their form.',
    }),
    cards: z
      .enum(['mask', 'hash', 'drop'])
      .default('mask')
      .meta({ description: 'Numbers of payment cards.' }),
    emails: z.enum(['mask', 'hash', 'drop', 'keep']).default('mask').meta({
      description: 'E-mail addresses, but for those that are ids.',
    }),
    identities: z.enum(['hash', 'mask', 'drop', 'keep']).default('hash').meta({
      description: 'E-mail addresses in user_id, session_id and other ids. `hash` keeps users apart.',
    }),
    content: z.enum(['drop', 'mask', 'hash', 'keep']).default('drop').meta({
      description: 'Prompts and completions.',
    }),
    addresses: z.enum(['keep', 'truncate', 'mask', 'hash', 'drop']).default('keep').meta({
      description: 'IP addresses of clients. `truncate` keeps /24 of IPv4 and /48 of IPv6.',
    }),
    key_names: z.array(name).max(100).default([]).meta({
      description: 'More names of fields that are secret, in any spelling: `Tax-ID` is `tax_id` is `taxId`.',
    }),
    prefixes: z.array(prefix).max(50).default([]).meta({
      description: 'How your own secrets begin: such a word is secret to its end.',
    }),
  })
  .meta({ id: 'RedactionRules' })
export type RedactionRules = z.output<typeof redactionRules>

export const defaultRules: RedactionRules = redactionRules.parse({})

/** What redaction needs to know of a project. Plain data: it crosses to another thread. */
export interface ProjectRedaction {
  projectId: number
  rules: RedactionRules
  /** Of the keyed hashes: the same text of the same project is the same hash as long as this is the same. */
  hashKey: string
}

export type Mode = 'mask' | 'hash' | 'drop' | 'keep' | 'truncate'

export function modeOf(rules: RedactionRules, kind: RedactionKind): Mode {
  if (kind === 'card') return rules.cards
  if (kind === 'email') return rules.emails
  if (kind === 'content') return rules.content
  if (kind === 'address') return rules.addresses
  return kind === 'too_deep' ? 'mask' : rules.secrets
}

/**
 * Whether rules look for nothing but what the default ones look for. Whoever reads bytes instead of values looks for
 * that alone, and leaves projects with other rules to `redactRecord`.
 */
export function looksForUsual({ key_names, prefixes, addresses }: RedactionRules): boolean {
  return key_names.length === 0 && prefixes.length === 0 && addresses === 'keep'
}
