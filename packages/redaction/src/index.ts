export { redactionKinds, type RedactionCounts, type RedactionKind } from './kinds.ts'
export {
  defaultRules,
  looksForUsual,
  redactionRules,
  type ProjectRedaction,
  type RedactionRules,
} from './rules.ts'
export { redactRecord, type Redacted } from './redact-record.ts'
export { holdsSecret } from './redact-text.ts'
export { keyedHash } from './keyed-hash.ts'
export { mayBeCard } from './cards.ts'
export { concernsName } from './name-facts.ts'
export { isSecretName } from './names.ts'
export {
  endsWithSecretLabel,
  keyTriggers,
  mayHoldSecret,
  minUnmarkedLength,
  startsWithKeyTrigger,
} from './triggers.ts'
