import { expect, test } from '@jest/globals'
import { isAllowedFrom, toAddressList } from './api-key.ts'
import { FailedAttempts } from './failed-attempts.ts'
import { createKeyText, hashKeyText, isKeyText, isMistyped, keyTextForm } from './key-text.ts'
import { KeyTable } from './key-table.ts'
import type { StoredKey } from './stored-key.ts'
import { anApiKey } from '../testing.ts'

test('a key has its environment, its id, a secret of 256 bits and a checksum', () => {
  const { id, text } = createKeyText('live')
  expect(text).toMatch(keyTextForm)
  expect(text).toMatch(new RegExp(`^wk_live_${id}_[0-9A-Za-z]{49}$`))
  expect(isKeyText(text)).toBe(true)
  expect(hashKeyText(text)).toHaveLength(32)
})

test('a typing error in any place is noticed', () => {
  const { text } = createKeyText('test')
  for (let index = 0; index < text.length; index += 1) {
    const wrong = text.slice(0, index) + (text[index] === 'a' ? 'b' : 'a') + text.slice(index + 1)
    expect([index, isKeyText(wrong)]).toEqual([index, false])
  }
})

test('no two of 10,000 keys are the same, and they use every digit alike', () => {
  const texts = Array.from({ length: 10_000 }, () => createKeyText('live').text)
  expect(new Set(texts).size).toBe(10_000)
  const counts = new Map<string, number>()
  for (const text of texts)
    for (const digit of text.slice(19, 62)) counts.set(digit, (counts.get(digit) ?? 0) + 1)
  expect(counts.size).toBe(62)
  // 430,000 digits: 6,935 of each, with a standard deviation of 83.
  expect(Math.min(...counts.values())).toBeGreaterThan(6_400)
  expect(Math.max(...counts.values())).toBeLessThan(7_500)
})

test('a list of addresses holds addresses and subnets of both families', () => {
  const key = anApiKey({ allowedAddresses: toAddressList(['203.0.113.7', '10.0.0.0/8', '2001:db8::/32']) })
  const allowed = ['203.0.113.7', '::ffff:203.0.113.7', '10.200.3.4', '2001:db8::1'].map((address) =>
    isAllowedFrom(key, address),
  )
  expect(allowed).toEqual([true, true, true, true])
  const refused = ['203.0.113.8', '11.0.0.1', '2001:db9::1', undefined].map((address) =>
    isAllowedFrom(key, address),
  )
  expect(refused).toEqual([false, false, false, false])
})

test.each(['', 'localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '1.2.3', '::1/129', '10.0.0.1/-1'])(
  '%j is not an address',
  (text) => {
    expect(() => toAddressList([text])).toThrow(RangeError)
  },
)

test('failures are counted by address, and forgotten after a minute', () => {
  let nowMs = 0
  const failures = new FailedAttempts(2, () => nowMs)
  expect([failures.isAnyBlocked, failures.isBlocked('192.0.2.1')]).toEqual([false, false])
  expect([failures.add('192.0.2.1'), failures.add('192.0.2.1'), failures.add('192.0.2.1')]).toEqual([
    false,
    false,
    true,
  ])
  expect(failures.add('192.0.2.2')).toBe(false)
  expect([failures.isBlocked('192.0.2.1'), failures.isBlocked('192.0.2.2')]).toEqual([true, false])
  nowMs = 60_000
  expect(failures.isBlocked('192.0.2.1')).toBe(false)
  expect(failures.isAnyBlocked).toBe(false)
  expect(failures.add('192.0.2.1')).toBe(false)
})

test('whoever has a /64 of IPv6 has one address, and IPv4 written as IPv6 is IPv4', () => {
  const failures = new FailedAttempts(1, () => 0)
  failures.add('2001:db8:1:2::1')
  failures.add('::ffff:192.0.2.1')
  expect(failures.isBlocked('2001:db8:1:2:ffff::9')).toBe(true)
  expect(failures.isBlocked('2001:db8:1:3::1')).toBe(false)
  expect(failures.isBlocked('192.0.2.1')).toBe(true)
  expect(failures.isBlocked('::ffff:192.0.2.2')).toBe(false)
})

test('failures from any number of addresses take bounded memory, and those that go on are remembered', () => {
  const failures = new FailedAttempts(1, () => 0)
  failures.add('quiet')
  for (let index = 0; index < 30_000; index += 1) {
    failures.add(String(index))
    failures.add('busy')
  }
  expect(failures.size).toBe(10_000)
  expect([failures.isBlocked('quiet'), failures.isBlocked('busy')]).toEqual([false, true])
})

test('a text that says it was made by Weir is checked before anything is looked up', () => {
  const { text } = createKeyText('live')
  expect(isMistyped(text)).toBe(false)
  expect(isMistyped('a-key-that-somebody-chose')).toBe(false)
  const mistyped = ['wk_', 'wk_live', 'wk_live_é', `${text}x`, text.slice(0, -1), `${text.slice(0, -1)}!`]
  for (const wrong of mistyped) expect([wrong, isMistyped(wrong)]).toEqual([wrong, true])
})

test('a table finds a key by its whole hash, and a hash that begins alike is another', () => {
  const { text } = createKeyText('live')
  const bytes = hashKeyText(text)
  const stored = (hash: Buffer, id: string): StoredKey => ({
    id,
    projectId: 1,
    name: 'a',
    environment: 'live',
    scopes: ['read'],
    hash: hash.toString('base64'),
    allowedIps: null,
    requestsPerMinute: null,
    expiresAtMs: null,
    revokedAtMs: null,
  })
  const almost = Buffer.from(bytes)
  almost.writeUInt8(almost.readUInt8(31) ^ 1, 31)
  expect(new KeyTable([stored(bytes, 'k1')]).find(text)?.id).toBe('k1')
  expect(new KeyTable([stored(almost, 'k1')]).find(text)).toBeUndefined()
  expect(new KeyTable([stored(bytes.subarray(0, 12), 'k1')]).find(text)).toBeUndefined()
  expect(new KeyTable([]).find(text)).toBeUndefined()
})
