import { formatUnits, priceScale, toPriceUnits } from './decimal.ts'
import type { TokenUsage } from './usage.ts'

/** A price in USD as decimals: one, or another one for every token of a call whose input is beyond a threshold. */
export type Price = string | { base: string; tiers: readonly { above: number; price: string }[] }

/** What prices are for, and which kinds are parts of which. Prices are for a million tokens. */
const kinds = [
  { name: 'input', count: 'inputTokens', within: [] },
  { name: 'output', count: 'outputTokens', within: [] },
  { name: 'cache_read', count: 'cacheReadTokens', within: ['input'] },
  { name: 'cache_write', count: 'cacheWriteTokens', within: ['input'] },
  { name: 'cache_write_1h', count: 'cacheWrite1hTokens', within: ['input', 'cache_write'] },
  { name: 'input_audio', count: 'inputAudioTokens', within: ['input'] },
  { name: 'cache_audio_read', count: 'cacheReadAudioTokens', within: ['input', 'cache_read', 'input_audio'] },
  { name: 'input_image', count: 'inputImageTokens', within: ['input'] },
  { name: 'cache_image_read', count: 'cacheReadImageTokens', within: ['input', 'cache_read', 'input_image'] },
  { name: 'reasoning', count: 'reasoningTokens', within: ['output'] },
  { name: 'output_audio', count: 'outputAudioTokens', within: ['output'] },
  { name: 'output_image', count: 'outputImageTokens', within: ['output'] },
] as const satisfies readonly { name: string; count: keyof TokenUsage; within: readonly string[] }[]

export type PriceKind = (typeof kinds)[number]['name']

/** Every kind of token that can have a price of its own. */
export const priceKinds: readonly PriceKind[] = kinds.map(({ name }) => name)

/** Prices of a million tokens by kind, and of a thousand calls. */
export type Prices = Partial<Record<PriceKind | 'thousand_calls', Price>>

/** Digits behind the point of a cost: those of a price and those of a million. */
export const costScale = priceScale + 6

interface Rate {
  count: keyof TokenUsage
  base: bigint
  /** By threshold, ascending. */
  tiers: readonly { above: number; price: bigint }[]
  /** The rates of what is a part of this, by their index. */
  parts: readonly number[]
}

/** The prices of one model at one time, ready to be multiplied. */
export class Rates {
  /** The most specific first, so that the parts of a kind are known before it. */
  readonly #rates: readonly Rate[]
  readonly #perCall: bigint
  readonly #divisor: bigint
  /** Whether input and output cost the same, so that their sum is enough to know. */
  readonly isByTotal: boolean
  /** Whether output costs nothing, as it does where there is none. */
  readonly isInputOnly: boolean

  /** `divisor` is what each price of tokens is divided by: 2 for half of the price. */
  constructor(prices: Prices, divisor = 1) {
    const priced = kinds
      .filter(({ name }) => prices[name] !== undefined)
      .toSorted((a, b) => b.within.length - a.within.length)
    this.#rates = priced.map(({ name, count }) => ({
      count,
      ...toUnits(prices[name]),
      parts: priced.flatMap(({ within }, index) =>
        within.some((whole: string) => whole === name) ? [index] : [],
      ),
    }))
    const perThousand = toUnits(prices.thousand_calls).base
    this.#perCall = perThousand * 1_000n
    this.#divisor = BigInt(divisor)
    this.isInputOnly = prices.output === undefined
    this.isByTotal = prices.input !== undefined && prices.input === prices.output
  }

  /** The cost in units of 10⁻¹⁸ USD. */
  costOf(usage: TokenUsage): bigint {
    const counts: number[] = []
    let cost = 0n
    for (const { count, base, tiers, parts } of this.#rates) {
      let own = usage[count]
      for (const part of parts) own -= counts[part] ?? 0
      own = Math.max(0, own)
      counts.push(own)
      if (own === 0) continue
      let price = base
      for (const tier of tiers) if (usage.inputTokens > tier.above) price = tier.price
      cost += price * BigInt(own)
    }
    return cost / this.#divisor + this.#perCall
  }
}

/** Units of 10⁻¹⁸ USD as a decimal. */
export function formatCost(units: bigint): string {
  return formatUnits(units, costScale)
}

function toUnits(price: Price | undefined): Pick<Rate, 'base' | 'tiers'> {
  if (price === undefined) return { base: 0n, tiers: [] }
  if (typeof price === 'string') return { base: toPriceUnits(price), tiers: [] }
  const tiers = price.tiers
    .toSorted((a, b) => a.above - b.above)
    .map((tier) => ({ above: tier.above, price: toPriceUnits(tier.price) }))
  return { base: toPriceUnits(price.base), tiers }
}
