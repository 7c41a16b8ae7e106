import { expect, test } from '@jest/globals'
import { isAllowedFrom, toAddressList } from './api-key.ts'
import { FailureCounter } from './failure-counter.ts'
import { createKeyText, hashKeyText, isKeyText, keyTextForm } from './key-text.ts'
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
  const failures = new FailureCounter(2, () => nowMs)
  expect([failures.add('a'), failures.add('a'), failures.add('a'), failures.add('b')]).toEqual([
    false,
    false,
    true,
    false,
  ])
  nowMs = 60_000
  expect(failures.add('a')).toBe(false)
})

test('failures from any number of addresses take bounded memory', () => {
  const failures = new FailureCounter(1, () => 0)
  failures.add('first')
  expect(failures.add('first')).toBe(true)
  for (let index = 0; index < 10_000; index += 1) failures.add(String(index))
  expect(failures.add('first')).toBe(false)
})
