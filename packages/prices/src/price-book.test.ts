import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { listPricesVersion } from './list-prices.ts'
import { overrideFields, type PriceOverride } from './overrides.ts'
import { PriceBook, type LlmCall } from './price-book.ts'

const nowMs = Date.parse('2026-11-20T12:00:00Z')

function aCall(fields: Partial<LlmCall> = {}): LlmCall {
  return {
    provider: 'openai',
    model: 'gpt-4o',
    requestModel: null,
    occurredAtMs: nowMs,
    inputTokens: 1_000,
    outputTokens: 500,
    totalTokens: null,
    parts: {},
    serviceTier: undefined,
    isFromCache: false,
    ...fields,
  }
}

const anOverride = (fields: Record<string, unknown>, version: string): PriceOverride => ({
  ...overrideFields.parse({ model: 'gpt-4o', ...fields }),
  version,
})
const costWith = (overrides: PriceOverride[], fields: Partial<LlmCall> = {}) =>
  new PriceBook(overrides).estimate(aCall(fields))?.priceVersion

test('the version of the list prices is that of the package', () => {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  // It is written by hand.
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> }
  expect(listPricesVersion).toBe(`genai-prices@${dependencies['@pydantic/genai-prices']}`)
})

test('a call is priced by the list, and says by which', () => {
  expect(new PriceBook().estimate(aCall())).toEqual({
    costUsd: '0.0075',
    savedUsd: null,
    priceVersion: listPricesVersion,
  })
})

test('an unknown model, or one at a provider without prices, has no cost', () => {
  const book = new PriceBook()
  expect(book.estimate(aCall({ model: 'no-such-model' }))).toBeUndefined()
  expect(book.estimate(aCall({ provider: 'ollama', model: 'mistral' }))).toBeUndefined()
  expect(book.estimate(aCall({ provider: 'vllm', model: 'deepseek-ai/deepseek-chat' }))).toBeUndefined()
  expect(book.estimate(aCall({ provider: null, model: null }))).toBeUndefined()
})

test('a model that nobody knows is priced as the one that was asked for', () => {
  const call = aCall({ provider: 'azure', model: 'my-deployment', requestModel: 'gpt-4o' })
  expect(new PriceBook().estimate(call)?.costUsd).toBe('0.0075')
})

test('a sum of tokens is enough only where input and output cost the same', () => {
  const book = new PriceBook([anOverride({ model: 'flat', input: '1', output: '1' }, 'file:1@')])
  const total = { inputTokens: null, outputTokens: null, totalTokens: 1_000 }
  expect(book.estimate(aCall(total))).toBeUndefined()
  expect(book.estimate(aCall({ ...total, model: 'flat' }))?.costUsd).toBe('0.001')
  expect(book.estimate(aCall({ ...total, model: 'text-embedding-3-small' }))?.costUsd).toBe('0.00002')
  const none = { inputTokens: null, outputTokens: null, totalTokens: null }
  expect(book.estimate(aCall(none))).toBeUndefined()
})

test('a missing part of the sum is what is left of it', () => {
  const book = new PriceBook()
  expect(book.estimate(aCall({ outputTokens: null, totalTokens: 1_500 }))?.costUsd).toBe('0.0075')
  expect(book.estimate(aCall({ inputTokens: null, totalTokens: 1_500 }))?.costUsd).toBe('0.0075')
})

test('a cache saves the difference, and writing to it may cost more than it saves', () => {
  const book = new PriceBook()
  const read = aCall({ parts: { cacheReadTokens: 400 } })
  expect(book.estimate(read)).toMatchObject({ costUsd: '0.007', savedUsd: '0.0005' })
  const written = aCall({
    provider: 'anthropic',
    model: 'claude-sonnet-4-5',
    parts: { cacheWriteTokens: 400 },
  })
  expect(book.estimate(written)).toMatchObject({ costUsd: '0.0108', savedUsd: '-0.0003' })
})

test('a call that a gateway answered from its own cache costs nothing and saves all', () => {
  expect(new PriceBook().estimate(aCall({ isFromCache: true }))).toMatchObject({
    costUsd: '0',
    savedUsd: '0.0075',
  })
  const prompt = aCall({ isFromCache: true, parts: { cacheReadTokens: 400 } })
  expect(new PriceBook().estimate(prompt)).toMatchObject({ costUsd: '0.007', savedUsd: '0.0005' })
})

test('batches cost half where that is known, and priority costs nobody knows what', () => {
  const book = new PriceBook()
  expect(book.estimate(aCall({ serviceTier: 'batch' }))).toMatchObject({
    costUsd: '0.00375',
    priceVersion: `${listPricesVersion}+batch`,
  })
  expect(book.estimate(aCall({ serviceTier: 'priority' }))).toBeUndefined()
  expect(
    book.estimate(aCall({ provider: 'x-ai', model: 'grok-4-0709', serviceTier: 'batch' })),
  ).toBeUndefined()
  const priority = anOverride({ service_tier: 'priority', input: '5', output: '20' }, 'override:1@')
  expect(costWith([priority], { serviceTier: 'priority' })).toBe('override:1@')
  expect(costWith([priority])).toBe(listPricesVersion)
})

test("an operator's price wins: the most specific that holds at the time of the call", () => {
  const any = anOverride({ model: 'gpt-*', input: '1' }, 'any')
  const whole = anOverride({ input: '2' }, 'whole')
  const azure = anOverride({ provider: 'azure', input: '3' }, 'azure')
  const long = anOverride({ input: '4', above_input_tokens: 2_000 }, 'long')
  const newer = anOverride({ input: '5', from: '2026-11-20T00:00:00Z' }, 'newer')
  const over = anOverride({ input: '6', until: '2026-11-20T00:00:00Z' }, 'over')
  const all = [any, whole, azure, long, newer, over]
  expect(costWith([any])).toBe('any')
  expect(costWith([any, whole])).toBe('whole')
  expect(costWith(all, { provider: 'azure.ai.openai' })).toBe('azure')
  expect(costWith(all, { provider: null, model: 'azure/gpt-4o' })).toBe('azure')
  expect(costWith(all, { inputTokens: 2_001 })).toBe('long')
  expect(costWith(all)).toBe('newer')
  expect(costWith([whole, over], { occurredAtMs: nowMs - 86_400_000 })).toBe('whole')
  expect(costWith([over], { occurredAtMs: nowMs - 86_400_000 })).toBe('over')
  expect(costWith([over])).toBe(listPricesVersion)
  expect(costWith([anOverride({ input: '7' }, 'first'), whole])).toBe('first')
})

test('a price can be for calls, and is exact to the last digit', () => {
  const book = new PriceBook([
    anOverride({ model: 'own', input: '0.123456789', output: 0.1, thousand_calls: '5' }, 'file:1@'),
  ])
  const call = aCall({ provider: 'mine', model: 'own', inputTokens: 2_147_483_647, outputTokens: 3 })
  expect(book.estimate(call)?.costUsd).toBe('265.126435788629483')
})

test('a price that is a number is the decimal that was written', () => {
  const inputOf = (input: number) => overrideFields.safeParse({ model: 'm', input }).data?.input
  expect([0.1, 1e-7, 2.5, 0, 1e9].map(inputOf)).toEqual(['0.1', '0.0000001', '2.5', '0', undefined])
  expect([-1, -1e-7, 1e21, 1e-10, Number.NaN].map(inputOf)).toEqual(Array.from({ length: 5 }))
})
