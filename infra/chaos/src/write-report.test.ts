import { expect, test } from '@jest/globals'
import type { Result } from './run-scenario.ts'
import { placeTable } from './write-report.ts'

const result: Result = {
  scenario: 'redis-wiped',
  queue: 'redis',
  seed: 7,
  faults: 1,
  acknowledged: 8_000,
  stored: 8_000,
  lost: 0,
  duplicated: 0,
  spurious: 0,
  corrupted: 0,
  refused: 0,
  unanswered: 0,
  recoverySeconds: 5.25,
  seconds: 20,
  failures: [],
  notes: [],
}
const begin = '<!-- chaos: the table below is written by npm run chaos -- --write-report -->'
const end = '<!-- chaos: end of the table -->'

test('replaces what stands between the markers, and nothing else', () => {
  const text = placeTable(`before\n${begin}\nan older table\n${end}\nafter\n`, [result])
  expect(text).toMatch(/^before\n/)
  expect(text).toMatch(/\nafter\n$/)
  expect(text).toContain('Seed 7.')
  expect(text).toMatch(/\| redis-wiped \| redis \| +1 \| +8000 \| +0 \|/)
  expect(text).not.toContain('older')
  expect(placeTable(text, [result])).toBe(text)
})

test('refuses a document without a place for it', () => {
  expect(() => placeTable('before\nafter', [result])).toThrow('no place')
})
