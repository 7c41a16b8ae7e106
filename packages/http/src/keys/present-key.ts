import type { IncomingMessage } from 'node:http'
import { Problem } from '../problem.ts'
import { presentableKeyForm } from './key-text.ts'

/**
 * Reads the key from `X-API-Key`, `Authorization: Bearer <key>` (or `Splunk`, `ApiKey`) or
 * `Authorization: Basic`. Undefined when there is none. Throws `unauthorized` for a header that
 * holds no key, and for two that disagree.
 */
export function readPresentedKey(req: IncomingMessage): string | undefined {
  const { 'x-api-key': apiKey, authorization } = req.headers
  if (authorization === undefined) {
    if (apiKey === undefined) return undefined
    // Node joins the values of a repeated header with a comma, which no key contains.
    return checked(String(apiKey))
  }
  if (isRepeated(req.rawHeaders, 'authorization')) throw ambiguous()
  const key = fromAuthorization(authorization)
  if (apiKey !== undefined && apiKey !== key) throw ambiguous()
  return key
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

function fromAuthorization(header: string): string {
  const token = /^(?:bearer|splunk|apikey) (.*)$/i.exec(header)?.[1]
  if (token !== undefined) return checked(token)
  const credentials = /^basic ([0-9a-z+/=_-]+)$/i.exec(header)?.[1]
  if (credentials === undefined) throw unreadable()
  return checked(fromBasic(Buffer.from(credentials, 'base64').toString('utf8')))
}

/** Senders that know only Basic put the key where they can: the user when it is one of ours, else the password. */
function fromBasic(credentials: string): string {
  const colon = credentials.indexOf(':')
  if (colon === -1) throw unreadable()
  const user = credentials.slice(0, colon)
  const password = credentials.slice(colon + 1)
  return user.startsWith('wk_') || password === '' ? user : password
}

function checked(key: string): string {
  if (!presentableKeyForm.test(key)) throw unreadable()
  return key
}

function unreadable(): Problem {
  return new Problem('unauthorized', 'Send a valid API key in the header X-API-Key or as a bearer token.')
}

function ambiguous(): Problem {
  return new Problem('unauthorized', 'The request has two keys: send one.')
}
