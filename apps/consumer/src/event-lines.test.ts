import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { EventLines } from './event-lines.ts'

const line = fc.string({ unit: fc.constantFrom('a', 'é', '\t', '😀'), maxLength: 6 })
const someLines = fc.array(line, { minLength: 1, maxLength: 12 })
const joined = (lines: EventLines) => lines.pieces().map(String).join('\n')

test('lines and their fields are those of the text', () => {
  fc.assert(
    fc.property(someLines, (texts) => {
      const lines = EventLines.of(Buffer.from(texts.join('\n')))
      expect(lines.count).toBe(texts.length)
      for (const [index, text] of texts.entries()) {
        expect(lines.bytesOf(index).toString()).toBe(text)
        const fields = text.split('\t')
        for (let column = 0; column < 8; column += 1)
          expect(lines.fieldOf(index, column)).toBe(fields[column] ?? '')
      }
    }),
  )
})

test('some of the lines are these and no others, in their order', () => {
  fc.assert(
    fc.property(someLines, fc.nat(12), fc.nat(12), (texts, from, length) => {
      const lines = EventLines.of(Buffer.from(texts.join('\n')))
      expect(joined(lines.slice(from, from + length))).toBe(texts.slice(from, from + length).join('\n'))
      const asked: number[] = []
      const odd = lines.filter((index) => {
        asked.push(index)
        return index % 2 === 1
      })
      expect(asked).toEqual(texts.map((_text, index) => index))
      expect(joined(odd)).toBe(texts.filter((_text, index) => index % 2 === 1).join('\n'))
      expect(joined(odd.slice(1))).toBe(
        texts.filter((_text, index) => index % 2 === 1 && index > 2).join('\n'),
      )
    }),
  )
})

test('lines that follow each other are one piece, without a copy', () => {
  const bytes = Buffer.from('a\nb\nc\nd')
  const lines = EventLines.of(bytes)
  expect(lines.pieces().map(String)).toEqual(['a\nb\nc\nd'])
  const [first, second] = lines.filter((index) => index !== 1).pieces()
  expect([String(first), String(second)]).toEqual(['a', 'c\nd'])
  expect(second?.buffer).toBe(bytes.buffer)
})
