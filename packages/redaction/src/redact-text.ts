import type { RedactionKind } from './kinds.ts'
import { patterns, type Pattern } from './patterns.ts'
import { mayHoldSecret } from './triggers.ts'

/** Gives what is to stand in place of a secret, and notes that it was found. */
export type Replace = (kind: RedactionKind, secret: string) => string

/** Replaces whatever in a text has the form of a secret, a card's number or an e-mail address. */
export function redactText(text: string, prefixes: readonly string[], replace: Replace): string {
  let redacted = text
  for (const prefix of prefixes) redacted = replacePrefixed(redacted, prefix, replace)
  if (!mayHoldSecret(redacted)) return redacted
  for (const pattern of patterns) redacted = replacePattern(redacted, pattern, replace)
  return redacted
}

/** Whether a text has anything that would be replaced. */
export function holdsSecret(text: string): boolean {
  return redactText(text, [], () => '\0') !== text
}

function replacePattern(text: string, pattern: Pattern, replace: Replace): string {
  const { kind, form, accepts, isShort = false } = pattern
  let redacted = ''
  let end = 0
  let next = 0
  for (;;) {
    // Set each time: whoever is told of a secret may look into another text meanwhile.
    form.lastIndex = next
    const match = form.exec(text)
    if (match === null) break
    const matchEnd = match.index + match[0].length
    const secret = match.groups?.['secret'] ?? match[0]
    next = matchEnd
    if (accepts === undefined || accepts(secret, match)) {
      // A group is always at the end of its match.
      const start = matchEnd - secret.length
      redacted += text.slice(end, start) + replace(kind, secret)
      end = matchEnd
    } else if (isShort) next = match.index + 1
  }
  return end === 0 ? text : redacted + text.slice(end)
}

const wordEnd = /[\s"'<>,;&()[\]{}]/

/** Replaces words that begin with a prefix of the project's own. */
function replacePrefixed(text: string, prefix: string, replace: Replace): string {
  let redacted = ''
  let end = 0
  for (let start = text.indexOf(prefix); start !== -1; start = text.indexOf(prefix, end)) {
    const behind = text.slice(start + prefix.length)
    const length = behind.search(wordEnd)
    const secretEnd = length === -1 ? text.length : start + prefix.length + length
    redacted += text.slice(end, start) + replace('custom', text.slice(start, secretEnd))
    end = secretEnd
  }
  return redacted + text.slice(end)
}
