import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { splitDocuments } from './split-documents.ts'

const documents = fc.array(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())))
const separators = ['', ' ', '\n', '\r\n', ',', ' ,\n']

test('documents one behind the other are found, whatever stands in them and between them', () => {
  fc.assert(
    fc.property(
      documents,
      fc.constantFrom(...separators),
      fc.nat({ max: 2 }),
      (values, separator, indent) => {
        const texts = values.map((value) => JSON.stringify(value, null, indent))
        expect(splitDocuments(texts.join(separator))).toEqual(texts)
      },
    ),
  )
})

test('of any text, either every character but separators is in a piece, or nothing is', () => {
  const text = fc.string({ unit: fc.constantFrom(...'{}[]",:\\ \nab1'.split('')) })
  fc.assert(
    fc.property(text, (given) => {
      const pieces = splitDocuments(given)
      if (pieces === undefined) return
      const bare = (one: string) => one.replaceAll(/[\s,]/g, '')
      expect(bare(pieces.join(''))).toBe(bare(given))
      for (const piece of pieces) expect(piece).toMatch(/^[[{]/)
    }),
  )
})

test.each([
  ['one that was cut off', '{"a":1}{"b":"}', ['{"a":1}', '{"b":"}']],
  ['an escaped quote before a brace', '{"a":"\\"}"}{}', ['{"a":"\\"}"}', '{}']],
  ['words between', '{"a":1} and {"b":2}', undefined],
  ['a closing bracket first', '}{', undefined],
  ['nothing', ' \n', []],
])('%s', (_name, text, pieces) => {
  expect(splitDocuments(text)).toEqual(pieces)
})

// Each would take minutes if a character were looked at again for every other one.
test.each([
  ['opening brackets', '['],
  ['opening quotes', '{"'],
  ['backslashes in a string', '{"\\'],
  ['closed documents', '{}'],
  ['strings that end in backslashes', '{"a":"\\\\"}'],
])('a megabyte of %s is cut at once', (_name, unit) => {
  const text = unit.repeat(1_000_000 / unit.length)
  expect(splitDocuments(text)?.join('')).toBe(text)
})
