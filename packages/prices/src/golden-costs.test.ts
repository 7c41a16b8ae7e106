import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { PriceBook, type LlmCall } from './price-book.ts'

/** A usage record: tokens, how many of them at which price for a million, and what that comes to. */
interface Golden {
  case: string
  provider: string | null
  model: string
  at: string
  input?: number
  output?: number
  total?: number
  cached?: number
  written?: number
  written1h?: number
  reasoning?: number
  audioIn?: number
  audioOut?: number
  audioCached?: number
  imageIn?: number
  imageOut?: number
  tier?: string
  of: [number, string][]
  call?: string
  cost: string
}

const records = readFileSync(new URL('golden-costs.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  // The file is part of the test.
  .map((line) => JSON.parse(line) as Golden)

function toCall(record: Golden): LlmCall {
  return {
    provider: record.provider,
    model: record.model,
    requestModel: null,
    occurredAtMs: Date.parse(record.at),
    inputTokens: record.input ?? null,
    outputTokens: record.output ?? null,
    totalTokens: record.total ?? null,
    parts: {
      cacheReadTokens: record.cached ?? 0,
      cacheWriteTokens: record.written ?? 0,
      cacheWrite1hTokens: record.written1h ?? 0,
      reasoningTokens: record.reasoning ?? 0,
      inputAudioTokens: record.audioIn ?? 0,
      outputAudioTokens: record.audioOut ?? 0,
      cacheReadAudioTokens: record.audioCached ?? 0,
      inputImageTokens: record.imageIn ?? 0,
      outputImageTokens: record.imageOut ?? 0,
    },
    serviceTier: record.tier,
    isFromCache: false,
  }
}

/** A decimal in units of 10⁻¹⁸. */
const toUnits = (decimal: string): bigint => {
  const [whole = '0', fraction = ''] = decimal.split('.')
  return BigInt(whole + fraction.padEnd(18, '0'))
}

test('every kind of usage is among the records, of many providers', () => {
  expect(records.length).toBeGreaterThan(300)
  expect(new Set(records.map(({ provider }) => provider)).size).toBeGreaterThan(40)
  const cases = [
    'audio',
    'batch',
    'by the call',
    'by the hour',
    'cached',
    'cache written for an hour',
    'historic',
    'names',
    'reasoning',
    'tiered',
    'tiered and cached',
  ]
  const found = new Set(records.map((record) => record.case))
  expect(cases.filter((name) => !found.has(name))).toEqual([])
})

test('each record adds up: what it says it is made of is its cost', () => {
  for (const { of, call = '0', cost, tier } of records) {
    const tokens = of.reduce((sum, [count, price]) => sum + BigInt(count) * toUnits(price), 0n) / 1_000_000n
    const isHalf = tier === 'batch' || tier === 'flex'
    expect(toUnits(cost)).toBe((isHalf ? tokens / 2n : tokens) + toUnits(call))
  }
})

test('the cost of each record is known to its last digit', () => {
  const book = new PriceBook()
  const costs = records.map((record) => ({ ...record, cost: book.estimate(toCall(record))?.costUsd }))
  expect(costs).toEqual(records)
})
