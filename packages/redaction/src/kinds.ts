/** What is found, as counters, masks and reports name it. */
export const redactionKinds = [
  'secret_field',
  'provider_key',
  'jwt',
  'private_key',
  'credential',
  'custom',
  'card',
  'email',
  'content',
  'address',
  'too_deep',
] as const
export type RedactionKind = (typeof redactionKinds)[number]

/** How many of each were found. Plain data: it crosses to another thread. */
export type RedactionCounts = Partial<Record<RedactionKind, number>>
