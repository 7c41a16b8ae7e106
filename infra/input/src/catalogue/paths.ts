import { expect } from '@jest/globals'
import { ask, entry, good, log, send, type Case, type Entry, type Send } from './entry.ts'

const reachesNothing = (path: string): Case => [
  path,
  send({ method: 'POST', path, body: good }),
  404,
  'not-found',
]

/** A key for one address, sent from another with a header that claims that one. */
const claiming =
  (header: string): Send =>
  async ({ producer, addKey }) => {
    const key = await addKey({ allowedIps: ['203.0.113.7'] })
    const value = header === 'Forwarded' ? 'for=203.0.113.7' : '203.0.113.7'
    return producer.send({ method: 'POST', path: '/log', headers: { [header]: value }, body: good }, key)
  }

/** The same through the proxy that the fragile installation trusts. */
const proxied =
  (addresses: string): Send =>
  async ({ fragile: { producer, addKey } }) => {
    const key = await addKey({ allowedIps: ['203.0.113.7'] })
    const headers = { 'X-Forwarded-For': addresses }
    return producer.send({ method: 'POST', path: '/log', headers, body: good }, key)
  }

const logMethods = 'POST, PUT, PATCH, HEAD, OPTIONS'

/** Methods, paths and headers. */
// prettier-ignore
export const paths: readonly Entry[] = [
  entry('B020', 'other methods', [
    ...['GET', 'DELETE', 'PROPFIND', 'TRACE'].map((method): Case =>
      [`${method} /log`, send({ method, path: '/log' }), 405, 'method-not-allowed', ({ headers }) => { expect(headers['allow']).toBe(logMethods) }]),
    ...['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'TRACE'].map((method): Case =>
      [`${method} /log without a key`, send({ method, path: '/log' }, ''), 401, 'unauthorized']),
    ...['PUT', 'PATCH'].flatMap((method): Case[] => [
      [`${method} /log`, send({ method, path: '/log', body: good }), 202],
      [`${method} /log without a body`, send({ method, path: '/log' }), 400, 'invalid-json'],
    ]),
    ...['HEAD', 'OPTIONS'].map((method): Case =>
      [`${method} /log has no body`, send({ method, path: '/log' }), 200, undefined, ({ text, headers }) => { expect([text, headers['allow']]).toEqual(['', logMethods]) }]),
    ...['POST', 'PUT', 'DELETE', 'PATCH'].map((method): Case =>
      [`${method} /events`, ({ query }) => query.send({ method, path: '/events' }), 405, 'method-not-allowed', ({ headers }) => { expect(headers['allow']).toBe('GET, HEAD') }]),
  ]),
  entry('B021', 'paths that nothing is at', [
    ...['/nope', '//log', '/log/extra'].map(reachesNothing),
    ...['/nope', '//events', '/analytics', '/analytics/usage/'].map((path): Case => [path, ask(path), 404, 'not-found']),
  ]),
  entry('B022', 'paths that look like others', [
    ...['/LOG', '/log/', '/log%2f', '/./log', '/log;x=1', '/%6cog%00'].map(reachesNothing),
    ...['/EVENTS', '/events/', '/Analytics/usage'].map((path): Case => [path, ask(path), 404, 'not-found']),
  ]),
  entry('B023', 'paths that cannot be decoded, or lead up', [
    ...['/%', '/%2e%2e%2flog', '/%ff'].map(reachesNothing),
    ['/events/%', ask('/events/%'), 400, 'invalid-parameter'],
    ['/events/%00', ask('/events/%00'), 400, 'invalid-parameter'],
    ['/events/%2e%2e%2f', ask('/events/%2e%2e%2f'), 400, 'invalid-parameter'],
  ]),
  entry('B024', 'an address that a sender claims', ['X-Forwarded-For', 'X-Client-IP', 'CF-Connecting-IP'].map((header): Case =>
    [header, claiming(header), 403, 'forbidden-address'])),
  entry('B025', 'an address that a proxy is told', [
    ['the address next to the proxy counts', proxied('203.0.113.7'), 202],
    ['with what the sender put further left', proxied('198.51.100.1, 203.0.113.7'), 202],
    ['and not what the sender put further left', proxied('203.0.113.7, 198.51.100.1'), 403, 'forbidden-address'],
  ]),
  entry('B026', 'other headers that claim something', [
    ...['X-Real-IP', 'Forwarded'].map((header): Case => [header, claiming(header), 403, 'forbidden-address']),
    ['X-HTTP-Method-Override', send({ path: '/log', headers: { 'X-HTTP-Method-Override': 'POST' } }), 405, 'method-not-allowed'],
  ]),
  entry('B027', 'request ids that are not plausible', ['a'.repeat(65), 'a b', 'a;b', '${jndi:ldap://x}', 'é', '', 'x'.repeat(7_000)].map((requestId): Case =>
    [requestId.slice(0, 70) || 'none', log(good, { 'X-Request-Id': requestId }), 202, undefined, ({ headers }) => {
      expect(headers['x-request-id']).toMatch(/^[\w-]{12}$/)
    }])),
  entry('B028', 'asking for another form', [
    ['XML', log(good, { Accept: 'application/xml' }), 202, undefined, ({ headers }) => { expect(headers['content-type']).toMatch(/^application\/json/) }],
    ['XML, of a refusal', log('{', { Accept: 'application/xml' }), 400, 'invalid-json'],
    ['XML, of events', ask('/events', { Accept: 'application/xml' }), 200],
  ], 'everything is JSON, and says so'),
  entry('B029', 'another origin', [
    ['a preflight', send({ method: 'OPTIONS', path: '/log', headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' } }, ''), 401, 'unauthorized', letsNoOriginIn],
    ['a question', ask('/events', { Origin: 'https://evil.example' }), 200, undefined, letsNoOriginIn],
  ]),
]

function letsNoOriginIn({ headers }: { headers: object }): void {
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
}
