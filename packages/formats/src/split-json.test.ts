import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { splitJson } from './split-json.ts'

const object = fc.dictionary(fc.string(), fc.jsonValue())

test('objects come apart where they meet, whatever stands in them and between them', () => {
  fc.assert(
    fc.property(fc.array(object), fc.constantFrom('', ' ', '\n', '\r\n'), (objects, between) => {
      const texts = objects.map((one) => JSON.stringify(one))
      expect(splitJson(texts.join(between))).toEqual({ texts, rest: '' })
    }),
  )
})

test.each([
  ['{"a":1}{"b":', { texts: ['{"a":1}'], rest: '{"b":' }],
  ['{"a":1}{"b":"x', { texts: ['{"a":1}'], rest: '{"b":"x' }],
  ['{"a":"\\\\"}{"b":"\\"}"}', { texts: ['{"a":"\\\\"}', '{"b":"\\"}"}'], rest: '' }],
  ['}{"a":1}', { texts: [], rest: '}{"a":1}' }],
  ['no JSON', { texts: [], rest: 'no JSON' }],
  ['', { texts: [], rest: '' }],
])('%j comes apart as far as it can', (text, expected) => {
  expect(splitJson(text)).toEqual(expected)
})
