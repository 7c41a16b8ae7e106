import { expect, test } from '@jest/globals'
import { plainDelivery } from '../delivery.ts'
import { readBody, readFixture, readFixtureEvents } from '../testing-fixtures.ts'
import { cloudflare } from './cloudflare.ts'

// Built from the fields of the data set http_requests and from a sample in elastic/integrations 1c533dc
// (packages/cloudflare_logpush): no Cloudflare has sent them.

test('a request is read, and known by its ray', () => {
  const [event] = readFixtureEvents('cloudflare', 'http-requests')
  expect(event).toMatchObject({
    event_key: 'cloudflare:710e98d9367f357d',
    event_type: 'api_request',
    occurred_at: '2026-11-20T13:25:26.000Z',
    request_id: '710e98d9367f357d',
    service: 'example.com',
    method: 'POST',
    host: 'xyz.example.com',
    path: '/xyz/checkout',
    status_code: 200,
    // Start and end are whole seconds here.
    duration_ms: 5333,
    upstream_ms: 5319,
    client_ip: '175.16.199.0',
    country: 'SA',
    user_agent: 'Mozilla/5.0',
    bytes_in: 5800,
    bytes_out: 981_308,
    payload: { BotScore: 20, SecurityAction: 'unknown', ClientRequestURI: '/xyz/checkout?a=1' },
  })
  expect(event).not.toHaveProperty('error_type')
})

test('what the firewall stopped is a security event', () => {
  expect(readFixtureEvents('cloudflare', 'blocked')).toEqual([
    expect.objectContaining({
      event_type: 'security_event',
      action: 'block',
      error_type: 'block',
      occurred_at: '2026-11-21T00:46:50.280Z',
      status_code: 403,
      duration_ms: 12,
    }),
  ])
})

test.each(['skip', 'log', 'allow', '', 'unknown', 'challengeSolved', 'managedChallengeBypassed'])(
  '%j lets a request pass',
  (action) => {
    const record = { ...readFixture('cloudflare', 'http-requests'), SecurityAction: action }
    expect(cloudflare.translate(record, plainDelivery)).toMatchObject([{ event_type: 'api_request' }])
  },
)

test.each([
  'block',
  'jschallenge',
  'managedChallenge',
  'managed_challenge',
  'challengeFailed',
  'forceConnectionClose',
])('%s stops a request', (action) => {
  const record = { ...readFixture('cloudflare', 'http-requests'), SecurityAction: action }
  expect(cloudflare.translate(record, plainDelivery)).toMatchObject([
    { event_type: 'security_event', action },
  ])
})

test.each([
  ['seconds', '1795222010', '1795222016', 5333],
  ['seconds as numbers', 1_795_222_010, 1_795_222_016, 5333],
  ['nanoseconds as text', '1795222010000000000', '1795222016500000000', 6500],
  ['RFC 3339 with nanoseconds', '2026-11-21T00:46:50.000Z', '2026-11-21T00:46:56.500123456Z', 6500],
])('times may be in %s', (_name, start, end, durationMs) => {
  const times = { EdgeStartTimestamp: start, EdgeEndTimestamp: end }
  const [event] = cloudflare.translate(
    { ...readFixture('cloudflare', 'http-requests'), ...times },
    plainDelivery,
  )
  expect(event).toMatchObject({ timestamp: 1_795_222_010_000, duration_ms: durationMs })
})

test('nanoseconds that no double holds do not stop a line', () => {
  const line = JSON.stringify(readFixture('cloudflare', 'blocked'))
    .replace('1795222010280123000', '1795222010280123457')
    .replace('1795222010292623000', '1795222010292623458')
  expect(line).toContain('3457')
  expect(line).toContain('3458')
  expect(readBody(`${line}\n${line}\n`)).toHaveLength(2)
})
