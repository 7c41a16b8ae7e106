import { isCardNumber } from './cards.ts'
import type { RedactionKind } from './kinds.ts'
import { isSecretName } from './names.ts'

/**
 * What a secret looks like in a text. Each takes time in proportion to the text, and begins where no letter or digit
 * stands before it, with one of the texts in `triggers.ts` or around one of its marks.
 */
export interface Pattern {
  kind: RedactionKind
  /** The group `secret` is what is taken out, else all of it. */
  form: RegExp
  /** Of bounded length: behind what was no secret after all, it is looked for from the next character on. */
  isShort?: boolean
  /** Whether it is one after all. */
  accepts?: (secret: string, match: RegExpExecArray) => boolean
}

/** What is long enough to be a key, and no word of a sentence. */
function hasLongWord(text: string): boolean {
  return /[A-Za-z0-9_-]{16}/.test(text)
}

function isBasicCredential(text: string): boolean {
  return (
    hasLongWord(text) &&
    /^[\x20-\x39\x3b-\x7e]*:[\x20-\x7e]*$/.test(Buffer.from(text, 'base64').toString('latin1'))
  )
}

/** What stands in place of a secret that was taken out before. */
const placeholder = /^\[?(?:redacted|[a-z_]{2,12}~[0-9a-f]{24}\]|\*{3,}|x{4,}$)/i

export function isPlaceholder(text: string): boolean {
  return placeholder.test(text)
}

export const patterns: readonly Pattern[] = [
  {
    kind: 'private_key',
    form: /(?<![A-Za-z0-9])BEGIN [A-Z0-9 ]{1,60}-----(?<secret>(?:[^-]|-(?!----))*)/g,
    accepts: (secret) => hasLongWord(secret) && !isPlaceholder(secret),
  },
  {
    kind: 'jwt',
    form: /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_.-]{14,}/g,
    accepts: (secret) => /^[A-Za-z0-9_-]{16,8192}\.[A-Za-z0-9_-]{4}/.test(secret),
  },
  {
    kind: 'provider_key',
    form: /(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{16,}|(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}|(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])|gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|xox[a-z]-[A-Za-z0-9-]{11,}|xapp-[A-Za-z0-9-]{11,}|AIza[A-Za-z0-9_-]{30,}|glpat-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{20,}|wk_[a-z0-9]{1,16}_[A-Za-z0-9]{8,12}_[A-Za-z0-9]{20,}|gsk_[A-Za-z0-9]{20,}|xai-[A-Za-z0-9]{20,}|r8_[A-Za-z0-9]{20,}|pplx-[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{30,}|nvapi-[A-Za-z0-9_-]{20,}|dop_v1_[A-Za-z0-9]{20,}|shpat_[A-Za-z0-9]{20,}|lsv2_[A-Za-z0-9_]{20,})/g,
  },
  {
    kind: 'credential',
    form: /(?<![A-Za-z0-9])Bearer\s{1,4}(?<secret>[A-Za-z0-9._~+/=-]{8,})/gi,
    accepts: hasLongWord,
  },
  {
    kind: 'credential',
    form: /(?<![A-Za-z0-9])Basic\s{1,4}(?<secret>[A-Za-z0-9+/=_-]{8,})/gi,
    accepts: isBasicCredential,
  },
  {
    kind: 'credential',
    form: /(?<=:\/\/)[^\s/?#@"']{1,320}(?=@)/g,
    accepts: (secret) => !isPlaceholder(secret),
  },
  {
    kind: 'credential',
    form: /(?<![A-Za-z0-9])(?:set-)?cookie["']?\s{0,3}:\s{0,3}["']?(?<secret>[^\r\n"']{6,})/gi,
    accepts: (secret) => !isPlaceholder(secret),
  },
  {
    kind: 'credential',
    form: /(?<![A-Za-z0-9])(?:authorization|api[-_]?key|password|passwd|secret|private[-_]key|(?:access|refresh|id|session|auth)[-_]token)\\{0,3}["']\s{0,3}:\s{0,3}\\{0,3}["'](?<secret>[^"'\\\r\n]{4,})/gi,
    accepts: (secret) => !isPlaceholder(secret),
  },
  {
    kind: 'credential',
    form: /(?<![A-Za-z0-9])(?:authorization|api[-_]?key|password|passwd|secret|private[-_]key|(?:access|refresh|id|session|auth)[-_]token)\\{0,3}["']?\s{0,3}:\s{0,3}\\{0,3}["']?(?<secret>(?:(?:Bearer|Basic|Digest)\s{1,4})?[^\s"',;&<>(){}\\]{6,})/gi,
    accepts: (secret) => !isPlaceholder(secret.replace(/^(?:Bearer|Basic|Digest)\s+/i, '')),
  },
  {
    kind: 'credential',
    form: /(?<![A-Za-z0-9_.-])(?<name>[A-Za-z0-9_.-]{2,64})=["']?(?<secret>[^\s"',;&#<>]+)/g,
    accepts: (secret, { groups }) => isSecretName(groups?.['name'] ?? '') && !isPlaceholder(secret),
  },
  {
    kind: 'card',
    form: /(?<![A-Za-z0-9.])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}([ -])\d{6}\2\d{4,5})(?![A-Za-z0-9]|\.\d)/g,
    isShort: true,
    accepts: (secret) => isCardNumber(secret.replaceAll(/[ -]/g, '')),
  },
  {
    kind: 'email',
    form: /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}(?:@|%40)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])/giu,
  },
]
