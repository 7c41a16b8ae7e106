/** What examples, tutorials and default installations use; compared without case and without signs between. */
const words =
  'admin administrator root user guest default weir gateway postgres redis password passwd passw0rd p4ssw0rd letmein ' +
  'welcome qwerty abc foobared secret supersecret topsecret mysecret changeme changethis replaceme fixme demo test ' +
  'testing dev development example sample dummy placeholder none key apikey token yourkey yourapikey mykey myapikey ' +
  'demokey testkey devkey'
const knownSecrets = new Set(
  words
    .split(' ')
    .flatMap((word) => [word, `${word}key`, `${word}apikey`, `${word}password`, `${word}secret`]),
)

/** Whether anybody would guess it: a word of that list, a run of digits, or one character again and again. */
export function isKnownSecret(secret: string): boolean {
  const letters = secret.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  if (/^(?:\d{1,10}|(.)\1*)$/.test(letters)) return true
  const word = letters.replace(/^(?:my|your|the)/, '').replace(/\d{1,4}$/, '')
  if (knownSecrets.has(letters) || knownSecrets.has(word)) return true
  const half = word.slice(0, word.length / 2)
  return half + half === word && knownSecrets.has(half)
}

/**
 * A line for each secret, by the name of its variable, that is one of those; none outside of production. Passwords
 * within URLs are looked at too.
 */
export function findKnownSecrets(
  nodeEnv: string | undefined,
  secrets: Readonly<Record<string, string | undefined>>,
): string[] {
  if (nodeEnv !== 'production') return []
  return Object.entries(secrets)
    .filter(([, value]) => value !== undefined && isKnownSecret(secretIn(value)))
    .map(([name]) => `${name}: has a value that anybody could guess: set one made by openssl rand -hex 24`)
}

/** The password of a URL, where it is one; a URL without a password holds no secret that could be guessed. */
function secretIn(value: string): string {
  if (!URL.canParse(value) || !/^[a-z]+:\/\//i.test(value)) return value
  const { password } = new URL(value)
  return password === '' ? 'no password, which may be right' : decodeURIComponent(password)
}
