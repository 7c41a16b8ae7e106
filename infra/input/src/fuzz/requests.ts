import { Random } from '@weir/chaos/random'
import { createBody } from './bodies.ts'
import { anyText, oddParameter } from './odd-values.ts'
import { chance, pick, randomBytes } from './pick.ts'
import type { ReadRoute } from './routes.ts'

/** A request to send, but for the text of its key. */
export interface FuzzRequest {
  service: 'producer' | 'query'
  method: string
  path: string
  headers: Record<string, string>
  body: Buffer | undefined
  /** Whether the right key goes with it. */
  hasKey: boolean
  /** Whether it is as a good sender sends it. */
  isIntact: boolean
}

/** Bytes to send as they are on a connection of their own. */
export interface FuzzBytes {
  service: 'producer' | 'query'
  raw: Buffer
}

export interface RequestOptions {
  seed: number
  routes: readonly ReadRoute[]
  /** What timestamps are near to. */
  nowMs: number
}

/** The request with this number: the same for the same options, whatever was sent before. */
export function createRequest(options: RequestOptions, index: number): FuzzRequest | FuzzBytes {
  const random = new Random(Math.imul(options.seed + index, 0x9e_37_79_b1) ^ index)
  const kind = random.next()
  if (kind < 0.02) return createBytes(random)
  const request = kind < 0.65 ? createPost(random, options.nowMs) : createGet(random, options.routes)
  return chance(random, 0.05) ? distort(random, request) : request
}

function createPost(random: Random, nowMs: number): FuzzRequest {
  const { bytes, encoding, isIntact } = createBody(random, nowMs)
  const headers: Record<string, string> = {}
  if (encoding !== undefined) headers['Content-Encoding'] = encoding
  if (chance(random, 0.5)) headers['Content-Type'] = pick(random, contentTypes)
  const isKeyed = chance(random, 0.05)
  if (isKeyed)
    headers['Idempotency-Key'] = chance(random, 0.5) ? `k${random.between(0, 1_000)}` : headerText(random)
  const isCharsetOdd = /charset=(?!utf-8)/.test(headers['Content-Type'] ?? '')
  return {
    service: 'producer',
    method: 'POST',
    path: '/log',
    headers,
    body: bytes,
    hasKey: true,
    isIntact: isIntact && !isKeyed && !isCharsetOdd,
  }
}

const contentTypes = [
  'application/json',
  'application/x-ndjson',
  'text/plain',
  'application/json; charset=utf-16',
  'application/json; charset=utf-8',
  ';;;',
]

function createGet(random: Random, routes: readonly ReadRoute[]): FuzzRequest {
  const { service, path, parameters } = pick(random, routes)
  const filled = path.replaceAll(/\{[^}]+\}/g, () => encode(oddParameter(random)))
  const query: string[] = []
  // Few at a time: one that is wrong hides the others.
  for (let count = random.between(0, 4); count > 0 && parameters.length > 0; count -= 1) {
    const { name, example } = pick(random, parameters)
    query.push(
      `${name}=${encode(example !== undefined && chance(random, 0.4) ? example : oddParameter(random))}`,
    )
  }
  if (chance(random, 0.05)) query.push(`${encode(oddParameter(random))}=1`)
  if (chance(random, 0.03))
    query.push(pick(random, ['%', '%ff', '=', '&&&', 'a[]=1', 'a[b]=1', '__proto__[x]=1']))
  // Node's client does not send what no address has: bytes beyond ASCII are percent-encoded by then.
  const target = query.length === 0 ? filled : `${filled}?${query.join('&')}`
  return { service, method: 'GET', path: target, headers: {}, body: undefined, hasKey: true, isIntact: false }
}

/** Percent-encodes all that a client could not send; half of a pair has no encoding. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

/** Another method, path, key or header than the request should have. */
function distort(random: Random, request: FuzzRequest): FuzzRequest {
  const odd: FuzzRequest = { ...request, headers: { ...request.headers }, isIntact: false }
  const kind = random.between(0, 5)
  if (kind === 0)
    odd.method = pick(random, ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'PROPFIND', 'POST', 'GET'])
  else if (kind === 1)
    odd.path = pick(random, [
      '/',
      '//log',
      '/LOG',
      '/log/',
      '/%',
      '/%00',
      '/events/%ff',
      '/admin/keys/x',
      '/nope',
      `/${'x'.repeat(9_000)}`,
    ])
  else if (kind === 2) odd.hasKey = false
  else {
    for (let count = random.between(1, 6); count > 0; count -= 1) {
      odd.headers[pick(random, headerNames)] = headerText(random)
    }
  }
  return odd
}

// prettier-ignore
const headerNames = [
  'Content-Type', 'Content-Encoding', 'Idempotency-Key', 'X-Request-Id', 'traceparent', 'Accept', 'Accept-Encoding', 'X-Forwarded-For', 'Forwarded', 'Authorization', 'Cookie', 'Origin', 'Range',
  'If-None-Match', 'X-HTTP-Method-Override', 'User-Agent', 'X-Odd',
]

function headerText(random: Random): string {
  if (chance(random, 0.1)) return 'x'.repeat(random.between(0, 9_000))
  // Node's client refuses to send other characters.
  return anyText(random, random.between(0, 60)).replaceAll(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '')
}

const starts = [
  '',
  'GET /events HTTP/1.1\r\nHost: a\r\n',
  'POST /log HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n',
  'PRI * HTTP/2.0\r\n',
  '\x16\x03\x01',
]

function createBytes(random: Random): FuzzBytes {
  const raw = Buffer.concat([
    Buffer.from(pick(random, starts), 'latin1'),
    randomBytes(random, random.between(0, 400)),
  ])
  return { service: pick(random, ['producer', 'query']), raw }
}
