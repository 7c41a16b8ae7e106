/** Whether a value is counted by (`id`), or what a retry is known by (`key`). Such a value is never masked: two would become one. */
export type Identity = 'none' | 'id' | 'key'

/** Names of fields as they are compared: `X-API-Key`, `x_api_key` and `xApiKey` are the same. */
export function normaliseName(name: string): string {
  return name.replaceAll(/[-_.\s]/g, '').toLowerCase()
}

/** Names that are secret as a whole. */
const secretNames: ReadonlySet<string> = new Set(
  (
    'token bearer cookie cookies setcookie pwd passphrase credential credentials jwt otp cvv cvc ' +
    'xportkeyconfig xportkeyvirtualkey xgoogapikey xamzsecuritytoken ocpapimsubscriptionkey ' +
    'subscriptionkey xvaulttoken xgitlabtoken xtoken connectionstring'
  ).split(' '),
)

/** What secret names end in, whatever stands before. `tokens` ends in none of them. */
const secretEndings: readonly string[] = (
  'password passwd secret secretkey apikey privatekey accesskey authorization accesstoken refreshtoken ' +
  'idtoken authtoken sessiontoken bearertoken apitoken securitytoken csrftoken xsrftoken servicetoken ' +
  'usertoken bottoken sanitizeditems'
).split(' ')

/** Whether a field of this name holds a secret. Of a dotted name, its last part can say so too. */
export function isSecretName(name: string): boolean {
  // An address names a place, whatever it ends in: `file:///etc/passwd`.
  if (name.includes('://')) return false
  if (isSecret(normaliseName(name))) return true
  const dot = name.lastIndexOf('.')
  return dot !== -1 && isSecret(normaliseName(name.slice(dot + 1)))
}

function isSecret(normalised: string): boolean {
  return secretNames.has(normalised) || secretEndings.some((ending) => normalised.endsWith(ending))
}

/** What is counted by: what is secret in it is hashed, so that two stay two. */
const idNames: ReadonlySet<string> = new Set(
  'userid sessionid requestid traceid spanid enduserid apikeyid'.split(' '),
)

/** Whether a field of this normalised name is counted by, or is what a retry is known by. */
export function identityOf(normalised: string): Identity {
  if (normalised === 'eventid') return 'key'
  return idNames.has(normalised) ? 'id' : 'none'
}

const addressNames: ReadonlySet<string> = new Set(
  (
    'clientip ip ipaddress remoteaddr remoteaddress remoteip clientaddress sourceip xforwardedfor xrealip ' +
    'forwarded forwardedfor xclientip cfconnectingip trueclientip xclusterclientip fastlyclientip ' +
    'xenvoyexternaladdress clientsocketaddress sourceaddress clientaddr peeraddress networkpeeraddress ' +
    'xoriginalforwardedfor cfconnectingipv6 xppforwardedfor'
  ).split(' '),
)

/** Whether a field of this name says from which address a client came. */
export function isAddressName(name: string): boolean {
  if (addressNames.has(normaliseName(name))) return true
  const dot = name.lastIndexOf('.')
  return dot !== -1 && addressNames.has(normaliseName(name.slice(dot + 1)))
}
