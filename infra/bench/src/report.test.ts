import { expect, test } from '@jest/globals'
import { judge, toJsonLine, toTable } from './report.ts'
import { targetsFor, type Target } from './targets.ts'

const higher: Target = { name: 'rate', what: 'rate', unit: 'ev/s', must: 0.75, aim: 1 }
const lower: Target = { name: 'p99', what: 'p99', unit: 'ms', must: 3, aim: 1.5, isLowerBetter: true }
const inverted: Target = { name: 'sql', what: 'SQL ÷ ours', unit: 'ms', must: 30, aim: 100, isInverted: true }

test('a ratio is ours ÷ baseline, or the other way round where the baseline is to be slower', () => {
  expect(judge(higher, { name: 'rate', ours: 80, baseline: 100 }).ratio).toBe(0.8)
  expect(judge(inverted, { name: 'sql', ours: 10, baseline: 500 }).ratio).toBe(50)
})

test('what must be is enough, on either side', () => {
  expect(judge(higher, { name: 'rate', ours: 75, baseline: 100 }).verdict).toBe('ok')
  expect(judge(higher, { name: 'rate', ours: 74, baseline: 100 }).verdict).toBe('under must')
  expect(judge(lower, { name: 'p99', ours: 30, baseline: 10 }).verdict).toBe('ok')
  expect(judge(lower, { name: 'p99', ours: 31, baseline: 10 }).verdict).toBe('under must')
  expect(judge({ ...higher, must: undefined }, { name: 'rate', ours: 1, baseline: 100 }).verdict).toBe('–')
})

test('where the target says nothing, what the baseline varies by is what must be', () => {
  const noisy: Target = { ...lower, must: undefined, aim: undefined }
  const row = judge(noisy, { name: 'p99', ours: 12, baseline: 10, noise: 1.25 })

  expect(row.verdict).toBe('ok')
  expect(judge(noisy, { name: 'p99', ours: 13, baseline: 10, noise: 1.25 }).verdict).toBe('under must')
  expect(toTable([row])).toContain('≤ 1.25')
  expect(JSON.parse(toJsonLine(row))).toMatchObject({ ratio: 1.2, must: 1.25 })
})

test('a row without a figure is no success', () => {
  expect(judge(higher, { name: 'rate', ours: Number.NaN, baseline: 100 }).verdict).toBe('under must')
})

test('the table has a line for each row, in columns', () => {
  const rows = [
    judge(higher, { name: 'rate', ours: 21_345.6, baseline: 26_800, naive: 4_321 }),
    judge(lower, { name: 'p99', ours: 2.345, baseline: 1.5 }),
  ]

  const [head = '', rule, first, second] = toTable(rows).split('\n')

  expect(head.trim().split(/ {2,}/)).toEqual([
    'what',
    'unit',
    'ours',
    'baseline',
    'ratio',
    'must',
    'aim',
    'verdict',
    'naive twin',
  ])
  expect(rule).toBe('-'.repeat(head.length))
  expect(first?.split(/ {2,}/)).toEqual([
    'rate',
    'ev/s',
    '21,346',
    '26,800',
    '0.80',
    '0.75',
    '1',
    'ok',
    '4,321',
  ])
  expect(second?.split(/ {2,}/)).toEqual(['p99', 'ms', '2.35', '1.5', '1.56', '≤ 3', '≤ 1.5', 'ok', '–'])
})

test('a line of JSON has what the documentation names, and null where nothing is asked', () => {
  const row = judge(
    { ...higher, must: undefined, aim: undefined },
    { name: 'rate', ours: 1 / 3, baseline: 1 },
  )

  expect(JSON.parse(toJsonLine(row))).toEqual({
    name: 'rate',
    ours: 0.3333,
    baseline: 1,
    ratio: 0.3333,
    must: null,
    aim: null,
    unit: 'ev/s',
  })
})

test('a full run has goals for analytics at both sizes and for growth, a smaller one has none', () => {
  const full = targetsFor([1_000_000, 10_000_000])
  const small = targetsFor([300_000])

  expect(full.find(({ name }) => name === 'analytics-llm-10m')?.must).toBe(200)
  expect(full.some(({ name }) => name === 'growth-llm')).toBe(true)
  expect(small.find(({ name }) => name === 'analytics-llm-300k')?.must).toBeUndefined()
  expect(small.some(({ name }) => name.startsWith('growth'))).toBe(false)
})
