import type { IncomingMessage } from 'node:http'
import { Problem } from '../problem.ts'
import { presentableKeyForm } from './key-text.ts'

/** The texts of a request that may be its key, the likeliest first; one, or two where a form has room for two. */
export type PresentedKeys = readonly string[]

/** Parameters of the address that hold a key, for senders that have nothing else: RFC 6750 and CloudEvents webhooks. */
const queryNames = ['access_token', 'token']

/** What `takeFromAddress` leaves in the place of a key. */
const removed = 'removed'

/**
 * Reads the key from `X-API-Key`, `X-Amz-Firehose-Access-Key` or `Authorization`: `Bearer`, `Splunk`, `ApiKey` (the key,
 * or base64 of `id:key`) or `Basic` (the key as user or as password); and, where `acceptsQuery`, from `?access_token=` or
 * `?token=`, from where it is removed, so that nothing behind this can log it. A header wins over the address, where
 * `token` may be something else. Undefined when there is none. Throws `unauthorized` for a form that holds no key, and
 * for two headers, or two parameters, that disagree.
 */
export function readPresentedKey(req: IncomingMessage, acceptsQuery = false): PresentedKeys | undefined {
  const { 'x-api-key': apiKey, authorization, 'x-amz-firehose-access-key': firehoseKey } = req.headers
  const inAddress = acceptsQuery && req.url?.includes('?') === true ? takeFromAddress(req) : []
  if (authorization === undefined && firehoseKey === undefined) {
    if (apiKey !== undefined) return fromHeader(apiKey)
    return inAddress.length === 0 ? undefined : agreed(inAddress.map((key) => checked([key])))
  }
  const forms: PresentedKeys[] = []
  if (apiKey !== undefined) forms.push(fromHeader(apiKey))
  if (firehoseKey !== undefined) forms.push(fromHeader(firehoseKey))
  if (authorization !== undefined) {
    if (isRepeated(req.rawHeaders, 'authorization')) throw ambiguous()
    forms.push(fromAuthorization(authorization))
  }
  return agreed(forms)
}

/** Node joins the values of a repeated header with a comma and a blank, which no key contains. */
function fromHeader(header: string | string[]): PresentedKeys {
  const key = String(header)
  if (!presentableKeyForm.test(key)) throw unreadable()
  return [key]
}

/** What all forms may mean: a sender that says it twice says the same. */
function agreed(forms: readonly PresentedKeys[]): PresentedKeys {
  const [first = [], ...others] = forms
  if (others.length === 0) return first
  const keys = first.filter((key) => others.every((form) => form.includes(key)))
  if (keys.length === 0) throw ambiguous()
  return keys
}

/** Node keeps the first `Authorization` and drops the others without a word. */
function isRepeated(rawHeaders: readonly string[], name: string): boolean {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index]
    if (header?.length === name.length && header.toLowerCase() === name) count += 1
  }
  return count > 1
}

function fromAuthorization(header: string): PresentedKeys {
  const [, scheme = '', token = ''] = /^(bearer|splunk|apikey) (.*)$/i.exec(header) ?? []
  if (scheme.toLowerCase() === 'apikey') return checked(fromApiKey(token))
  if (scheme !== '') return checked([token])
  const credentials = /^basic ([0-9a-z+/=_-]+)$/i.exec(header)?.[1]
  if (credentials === undefined) throw unreadable()
  return checked(fromBasic(decode(credentials)))
}

/** Clients of Elasticsearch put an id before the key, and both into base64. */
function fromApiKey(token: string): string[] {
  if (isOurs(token) || !/^[0-9a-z+/=_-]+$/i.test(token)) return [token]
  const key = splitAtColon(decode(token))?.[1]
  return key === undefined || !presentableKeyForm.test(key) ? [token] : [key, token]
}

/** Senders that know only Basic put the key where they can: it is the user or the password, whichever is one of ours. */
function fromBasic(credentials: string): string[] {
  const [user, password] = splitAtColon(credentials) ?? []
  if (user === undefined || password === undefined) throw unreadable()
  return isOurs(user) ? [user, password] : [password, user]
}

function splitAtColon(text: string): [string, string] | undefined {
  const colon = text.indexOf(':')
  return colon === -1 ? undefined : [text.slice(0, colon), text.slice(colon + 1)]
}

const decode = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8')

/** Whether Weir would have made it, or its sender thinks so: the other text beside it is then no key. */
const isOurs = (text: string): boolean => text.startsWith('wk_')

function checked(texts: readonly string[]): PresentedKeys {
  const keys = texts.filter((text) => presentableKeyForm.test(text))
  if (keys.length === 0) throw unreadable()
  return keys
}

/** The keys of the address, which then no longer has them. */
function takeFromAddress(req: IncomingMessage & { originalUrl?: string }): string[] {
  const address = req.url ?? ''
  const query = new URLSearchParams(address.slice(address.indexOf('?') + 1))
  const keys = queryNames.flatMap((name) => query.getAll(name))
  if (keys.length === 0) return keys
  for (const name of queryNames) if (query.has(name)) query.set(name, removed)
  req.url = withQuery(address, query)
  // Express keeps the address as it came beside the one that it works with.
  if (req.originalUrl !== undefined) req.originalUrl = withQuery(req.originalUrl, query)
  return keys
}

function withQuery(address: string, query: URLSearchParams): string {
  return `${address.split('?', 1)[0] ?? ''}?${query.toString()}`
}

/** Whether a request has something in a place where a key is meant to be. */
export function hasPresentedKey({ headers, url = '' }: IncomingMessage): boolean {
  if (headers.authorization !== undefined || headers['x-api-key'] !== undefined) return true
  return headers['x-amz-firehose-access-key'] !== undefined || /[?&](?:access_)?token=/.test(url)
}

function unreadable(): Problem {
  return new Problem('unauthorized', 'Send a valid API key in the header X-API-Key or as a bearer token.')
}

function ambiguous(): Problem {
  return new Problem('unauthorized', 'The request has two keys: send one.')
}
