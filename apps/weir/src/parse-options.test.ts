import { expect, test } from '@jest/globals'
import {
  parseAddresses,
  parseCount,
  parseDuration,
  parseEnvironmentName,
  parseName,
  parseScopes,
} from './parse-options.ts'

test('durations have a unit', () => {
  expect(parseDuration('90d')).toBe(90 * 86_400_000)
  expect(parseDuration('30m')).toBe(1_800_000)
  expect(parseDuration('0')).toBe(0)
})

test.each([
  ['a duration', parseDuration, ['', '90', 'd', '-1d', '1.5h', '3y', '999999w']],
  ['scopes', parseScopes, ['', ',', 'ingest,write', 'READ']],
  ['addresses', parseAddresses, ['300.0.0.1', '10.0.0.0/99', 'localhost']],
  ['a count', parseCount, ['0', '-1', '1.5', 'x', '']],
  ['an environment', parseEnvironmentName, ['', 'Live', 'a_b', 'a'.repeat(17)]],
  ['a name', parseName, ['', '  ', 'two\nlines', 'x'.repeat(101)]],
])('what is not %s is refused', (_what, parse: (text: string) => unknown, texts) => {
  for (const text of texts) expect(() => parse(text)).toThrow(/./)
})

test('scopes and addresses are lists', () => {
  expect(parseScopes('read, ingest')).toEqual(['ingest', 'read'])
  expect(parseAddresses('10.0.0.0/8,::1', ['192.0.2.1'])).toEqual(['192.0.2.1', '10.0.0.0/8', '::1'])
})
