/** How keys of providers begin, in lower case; behind what is no letter or digit. */
export const keyTriggers: readonly string[] = (
  'sk- sk_ rk_ akia asia abia acca gho_ ghp_ ghr_ ghs_ ghu_ github_pat_ xox xapp- aiza glpat- hf_ wk_ ' +
  'gsk_ xai- r8_ pplx- npm_ nvapi- dop_v1_ shpat_ lsv2_ eyj'
).split(' ')

const byStart = Map.groupBy(keyTriggers, (trigger) => trigger.slice(0, 3))

/** Whether a word begins as a key of a provider does. */
export function startsWithKeyTrigger(word: string): boolean {
  const lower = word.slice(0, 16).toLowerCase()
  return byStart.get(lower.slice(0, 3))?.some((trigger) => lower.startsWith(trigger)) ?? false
}

const secretLabel =
  /(?<![A-Za-z0-9])(?:authorization|cookie|api[-_]?key|password|passwd|secret|private[-_]key|(?:access|refresh|id|session|auth)[-_]token)\\{0,3}["']?\s{0,3}$/i

/** Whether a text that a colon follows ends in the label of a secret. */
export function endsWithSecretLabel(text: string): boolean {
  return secretLabel.test(text)
}

/**
 * No text that is shorter, and has none of `@`, `%40`, `=` and `:`, has a secret in it: what stands around these may be
 * one however short it is.
 */
export const minUnmarkedLength = 13

const mayHoldIt =
  /@|%40|=|\d(?:[ -]?\d){12}|(?<![A-Za-z0-9])(?:sk[-_]|rk_|a[ks]ia|abia|acca|gh[oprsu]_|github_pat_|xox|xapp-|aiza|glpat-|hf_|wk_|gsk_|xai-|r8_|pplx-|npm_|nvapi-|dop_v1_|shpat_|lsv2_|eyj|begin |bearer|basic|authorization|(?:set-)?cookie|api[-_]?key|passw|secret|private[-_]key|(?:access|refresh|id|session|auth)[-_]token)/i

/** Whether a text is worth looking at closely: says yes of every text in which a pattern finds something. */
export function mayHoldSecret(text: string): boolean {
  return text.length >= 4 && mayHoldIt.test(text)
}
