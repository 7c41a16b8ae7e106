import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { readPricesFile } from './read-prices-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'prices-'))
afterAll(() => rmSync(folder, { recursive: true }))

const read = (content: unknown) => {
  const path = join(folder, 'prices.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return readPricesFile(path)
}

test('prices are read as decimals, and say which of the file they are and of when it is', () => {
  const [price] = read({
    prices: [{ model: 'Mine', provider: 'Acme', from: '2026-01-01T00:00:00Z', input: '2.50', output: 0.1 }],
  })
  expect(price).toMatchObject({ model: 'mine', provider: 'acme', input: '2.50', output: '0.1' })
  expect(price?.from).toBe(Date.UTC(2026, 0, 1))
  expect(price?.version).toMatch(/^file:1@\d{4}-\d\d-\d\dT.*Z$/)
})

test('each field that is wrong is named', () => {
  const faulty = {
    prices: [
      { model: 'a', input: '2,5' },
      { model: '', input: '1', colour: 'red' },
      { model: 'b' },
      { model: 'c', input: -1, from: 'yesterday' },
    ],
  }
  expect(() => read(faulty)).toThrow(/prices\[0\]\.input: must be a decimal/)
  expect(() => read(faulty)).toThrow(/prices\[1\]\.model: must not be empty/)
  expect(() => read(faulty)).toThrow(/prices\[1\]: Unrecognized key: "colour"/)
  expect(() => read(faulty)).toThrow(/prices\[2\]\.input: must be given, or thousand_calls/)
  expect(() => read(faulty)).toThrow(/prices\[3\]\.input: must be a decimal/)
  expect(() => read(faulty)).toThrow(/prices\[3\]\.from: must be RFC 3339/)
})

test('a file that is not there, or is not JSON, is named', () => {
  expect(() => readPricesFile(join(folder, 'none.json'))).toThrow(/none\.json cannot be read/)
  expect(() => read('{')).toThrow(/prices\.json is not JSON/)
})
