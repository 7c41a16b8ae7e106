/**
 * How words begin that may be a secret or name one, in lower case: where nothing of this and none of the marks is in
 * a text, no pattern finds anything. Whoever reads bytes looks for the first three of them behind what is no letter
 * or digit.
 */
export const triggers: readonly string[] = [
  ...[
    'sk-',
    'sk_',
    'rk_',
    'akia',
    'asia',
    'abia',
    'acca',
    'gho_',
    'ghp_',
    'ghr_',
    'ghs_',
    'ghu_',
    'github_pat_',
  ],
  ...[
    'xox',
    'xapp-',
    'aiza',
    'glpat-',
    'hf_',
    'wk_',
    'gsk_',
    'xai-',
    'r8_',
    'pplx-',
    'npm_',
    'ya29.',
    'nvapi-',
  ],
  ...[
    'dop_v1_',
    'shpat_',
    'lsv2_',
    'eyj',
    'begin ',
    'bearer',
    'basic',
    'authorization',
    'cookie',
    'set-cookie',
  ],
  ...['api-key', 'api_key', 'apikey', 'password', 'passwd', 'secret', 'private_key', 'private-key'],
  ...['access_token', 'access-token', 'refresh_token', 'refresh-token', 'id_token', 'id-token'],
  ...['session_token', 'session-token', 'auth_token', 'auth-token'],
]

/** Of each trigger as many characters are told apart, wherever bytes are read. */
export const triggerLength = 3

/** No text that is shorter, and has none of the marks, has a secret in it. */
export const minUnmarkedLength = 13

/** `@`, `%40` and `=`: what stands around them may be a secret or an address, however short. */
const mayHoldIt =
  /@|%40|=|\d(?:[ -]?\d){12}|(?<![A-Za-z0-9])(?:sk[-_]|rk_|a[ks]ia|abia|acca|gh[oprsu]_|github_pat_|xox|xapp-|aiza|glpat-|hf_|wk_|gsk_|xai-|r8_|pplx-|npm_|ya29\.|nvapi-|dop_v1_|shpat_|lsv2_|eyj|begin |bearer|basic|authorization|(?:set-)?cookie|api[-_]?key|passw|secret|private[-_]key|(?:access|refresh|id|session|auth)[-_]token)/i

/** Whether a text is worth looking at closely: says yes of every text in which a pattern finds something. */
export function mayHoldSecret(text: string): boolean {
  return text.length >= 4 && mayHoldIt.test(text)
}

/** Most characters of a trigger. */
export const maxTriggerLength = Math.max(...triggers.map(({ length }) => length))

const byStart = Map.groupBy(triggers, (trigger) => trigger.slice(0, triggerLength))

/** Whether a word begins with a trigger. */
export function startsWithTrigger(word: string): boolean {
  const lower = word.toLowerCase()
  return byStart.get(lower.slice(0, triggerLength))?.some((trigger) => lower.startsWith(trigger)) ?? false
}
