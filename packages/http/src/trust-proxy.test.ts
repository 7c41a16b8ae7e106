import { expect, test } from '@jest/globals'
import request from 'supertest'
import { createApp, type AppOptions } from './create-app.ts'
import { parseTrustProxy } from './trust-proxy.ts'

test.each([
  ['', []],
  ['1', 1],
  ['16', 16],
  ['loopback, 10.0.0.0/8', ['loopback', '10.0.0.0/8']],
  ['203.0.113.7,2001:db8::/32', ['203.0.113.7', '2001:db8::/32']],
])('reads %p', (text, proxies) => {
  expect(parseTrustProxy(text)).toEqual(proxies)
})

test.each([
  'true',
  'false',
  'TRUE',
  '*',
  'all',
  'any',
  '0',
  '17',
  '1e1',
  '-1',
  '0.0.0.0/0',
  '::/0',
  '0.0.0.0/1,128.0.0.0/1',
  '10.0.0.0/8,::/1',
  'proxy.example',
  '10.0.0.0/',
])('refuses to trust %p', (text) => {
  expect(() => parseTrustProxy(text)).toThrow(RangeError)
})

async function addressSeen(trustProxy: AppOptions['trustProxy'], headers: Record<string, string>) {
  const app = createApp({ trustProxy })
  app.get('/', (req, res) => void res.json({ ip: req.ip, host: req.hostname, protocol: req.protocol }))
  return (await request(app).get('/').set(headers)).body
}

const spoofed = {
  'X-Forwarded-For': '203.0.113.7',
  'X-Forwarded-Host': 'evil.example',
  'X-Forwarded-Proto': 'https',
  'X-Real-IP': '203.0.113.7',
  Forwarded: 'for=203.0.113.7;host=evil.example;proto=https',
}

test('without a proxy that is named, what a client says about itself changes nothing', async () => {
  const plain = await addressSeen([], { Host: 'weir.example' })
  expect(await addressSeen([], { Host: 'weir.example', ...spoofed })).toEqual(plain)
  expect(await addressSeen(['10.0.0.1'], { Host: 'weir.example', ...spoofed })).toEqual({
    ...plain,
    ip: expect.stringMatching(/127\.0\.0\.1$/),
  })
})

test.each([
  ['198.51.100.1, 203.0.113.7', ['loopback'], '203.0.113.7'],
  ['203.0.113.7, 10.1.2.3', ['loopback', '10.0.0.0/8'], '203.0.113.7'],
  ['198.51.100.1, 203.0.113.7', 1, '203.0.113.7'],
  ['198.51.100.1, 203.0.113.7', 2, '198.51.100.1'],
])('of %p behind %p, the first from the right that is not trusted counts', async (chain, trusted, seen) => {
  expect(await addressSeen(trusted, { 'X-Forwarded-For': chain })).toMatchObject({ ip: seen })
})
