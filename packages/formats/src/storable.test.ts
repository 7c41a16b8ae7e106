import { expect, test } from '@jest/globals'
import { StorableCheck } from './storable.ts'

const noFacts = { hasEscapes: true, alteredNumbers: () => new Set<number>() }
const check = (value: unknown, key = 'k', facts = noFacts) => new StorableCheck(facts).check(key, value, '#')
/** A value whose deepest text lies at this depth: 1 is the value itself. */
const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth - 1)}"x"${']'.repeat(depth - 1)}`)

test.each([
  ['text', 'plain'],
  ['an emoji', '😀'],
  ['U+FFFF, U+007F and other controls', '\uFFFF\u007F\u0001'],
  ['the six characters \\u0000', '\\u0000'],
  ['the largest safe number', Number.MAX_SAFE_INTEGER],
  ['the largest number', Number.MAX_VALUE],
  ['the smallest number', 5e-324],
  ['minus zero', -0],
  ['null', null],
  ['a flag', false],
  ['an empty object', {}],
  ['a key named constructor', { constructor: 1, prototype: 2 }],
  ['an empty key', { '': 1 }],
])('%s can be stored', (_name, value) => {
  expect(check(value)).toBeUndefined()
})

test.each([
  ['NUL in text', 'a\0b', 'unstorable-text', '#/k'],
  ['NUL in a key', { 'a\0b': 1 }, 'unstorable-text', '#/k/a%00b'],
  ['the first half of a pair', '\ud800', 'unstorable-text', '#/k'],
  ['the second half of a pair', '\udc00', 'unstorable-text', '#/k'],
  ['a pair the wrong way round', '\udc00\ud800', 'unstorable-text', '#/k'],
  ['half of a pair in a key', { a: [{ '\ud800': 1 }] }, 'unstorable-text', '#/k/a/0/%EF%BF%BD'],
  ['a number beyond a double', Infinity, 'unsafe-number', '#/k'],
  ['a number below a double', [-Infinity], 'unsafe-number', '#/k/0'],
  ['__proto__', JSON.parse('{"__proto__":1}'), 'reserved-key', '#/k/__proto__'],
  ['__proto__ deep inside', JSON.parse('[{"a":{"__proto__":{}}}]'), 'reserved-key', '#/k/0/a/__proto__'],
  ['constructor.prototype', { constructor: { prototype: {} } }, 'reserved-key', '#/k/constructor/prototype'],
])('%s is refused where it stands', (_name, value, code, pointer) => {
  expect(check(value)).toMatchObject({ code, pointer })
})

test('a key is escaped as a JSON Pointer in a fragment', () => {
  expect(check({ 'a/b~c d': '\0' })).toMatchObject({ pointer: '#/k/a~1b~0c%20d' })
})

test('a number that reading changed is refused, the others are not', () => {
  const facts = { hasEscapes: false, alteredNumbers: () => new Set([2 ** 53]) }
  expect(check(2 ** 53, 'k', facts)).toMatchObject({ code: 'unsafe-number' })
  expect(check(2 ** 54, 'k', facts)).toBeUndefined()
})

test('values nest 32 deep and no deeper', () => {
  expect(check(nested(32))).toBeUndefined()
  expect(check(nested(33))).toMatchObject({ code: 'too-deep' })
  expect(check(nested(1_000))).toMatchObject({ code: 'too-deep' })
})

test('an event holds a thousand values, keys of one check counted together', () => {
  const members = (count: number) => Array.from({ length: count }, () => 0)
  expect(check(members(999))).toBeUndefined()
  expect(check(members(1_000))).toMatchObject({ code: 'validation-failed' })
  const one = new StorableCheck(noFacts)
  expect(one.check('a', members(600), '#')).toBeUndefined()
  expect(one.check('b', members(600), '#')).toMatchObject({ code: 'validation-failed' })
})
