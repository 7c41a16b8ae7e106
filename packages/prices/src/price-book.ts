import { BoundedCache } from './bounded-cache.ts'
import { findListPrices, findProviderId, listPricesVersion, ratesAt, type ListPrices } from './list-prices.ts'
import { possibleNames } from './model-names.ts'
import { bySpecificity, isAbout, pricesOf, type PriceOverride } from './overrides.ts'
import { formatCost, Rates } from './rates.ts'
import { noUsage, withFittingTotals, withoutCache, type TokenUsage } from './usage.ts'

/** An LLM call whose cost is to be estimated. Tokens are `null` where nobody counted them. */
export interface LlmCall {
  provider: string | null
  model: string | null
  /** What was asked for, in case nobody has a price for what answered. */
  requestModel: string | null
  /** Milliseconds since 1970: prices change. */
  occurredAtMs: number
  inputTokens: number | null
  outputTokens: number | null
  totalTokens: number | null
  /** The parts of input and output that are known. */
  parts: Partial<TokenUsage>
  /** `batch`, `flex`, `priority`, …; `undefined` for the usual one. */
  serviceTier: string | undefined
  /** Whether a gateway answered from its own cache, without asking the provider. */
  isFromCache: boolean
}

/** What a call cost, as exact decimals in USD. */
export interface Estimate {
  costUsd: string
  /** What it would have cost more without a cache; less than nothing where only writing to it was paid for. */
  savedUsd: string | null
  priceVersion: string
}

/** Models whose prices are at hand; senders choose the names. */
const maxModels = 2_000

interface ModelPrices {
  overrides: readonly { override: PriceOverride; rates: Rates }[]
  list: ListPrices | undefined
}

interface Applied {
  rates: Rates
  version: string
}

/** Knows what LLM calls cost: by an operator's own prices, else by list prices, each as of the time of the call. */
export class PriceBook {
  readonly #overrides: readonly PriceOverride[]
  readonly #models = new BoundedCache<ModelPrices>(maxModels)

  /** Of overrides that are equally specific, the first ones win. */
  constructor(overrides: readonly PriceOverride[] = []) {
    this.#overrides = overrides.toSorted(bySpecificity)
  }

  /** What a call cost; `undefined` where no price is known for its model, or its tokens are not. */
  estimate(call: LlmCall): Estimate | undefined {
    const inputTokens = call.inputTokens ?? call.totalTokens ?? 0
    const applied = this.#find(call, inputTokens)
    const usage = applied && usageOf(call, applied.rates)
    if (applied === undefined || usage === undefined) return undefined
    const { rates, version } = applied
    const cost = rates.costOf(usage)
    if (call.isFromCache && usage.cacheReadTokens === 0)
      return { costUsd: '0', savedUsd: formatCost(cost), priceVersion: version }
    const hasCache = usage.cacheReadTokens > 0 || usage.cacheWriteTokens > 0
    const saved = hasCache ? formatCost(rates.costOf(withoutCache(usage)) - cost) : null
    return { costUsd: formatCost(cost), savedUsd: saved, priceVersion: version }
  }

  #find(call: LlmCall, inputTokens: number): Applied | undefined {
    const { provider, model, requestModel } = call
    const byModel = model === null ? undefined : this.#findFor(provider, model, call, inputTokens)
    if (byModel !== undefined || requestModel === null || requestModel === model) return byModel
    return this.#findFor(provider, requestModel, call, inputTokens)
  }

  #findFor(provider: string | null, model: string, call: LlmCall, inputTokens: number): Applied | undefined {
    const prices = this.#models.getOrMake(`${provider ?? ''}\t${model}`, () => this.#lookUp(provider, model))
    const { occurredAtMs: atMs, serviceTier } = call
    const own = prices.overrides.find(
      ({ override: { service_tier: tier, above_input_tokens: above = -1, from, until } }) =>
        (tier === undefined || tier === serviceTier) &&
        inputTokens > above &&
        (from === undefined || atMs >= from) &&
        (until === undefined || atMs < until),
    )
    // A price for no tier in particular says nothing of tiers that are known to cost something else.
    if (own !== undefined && (own.override.service_tier !== undefined || !isOtherPrice(serviceTier)))
      return { rates: own.rates, version: own.override.version }
    return prices.list && listPrice(prices.list, atMs, serviceTier)
  }

  #lookUp(provider: string | null, model: string): ModelPrices {
    const names = possibleNames(provider, model, findProviderId)
    const overrides = this.#overrides
      .filter((override) => isAbout(override, names))
      .map((override) => ({ override, rates: new Rates(pricesOf(override)) }))
    for (const name of names) {
      const list = findListPrices(name.provider, name.model)
      if (list !== undefined) return { overrides, list }
    }
    return { overrides, list: undefined }
  }
}

/** Who asks half of each price for tokens of a batch or of flexible processing, by their price lists. */
const halfPriced: ReadonlySet<string> = new Set(['openai', 'azure', 'anthropic', 'google', 'aws'])
const halfPriceTiers: ReadonlySet<string> = new Set(['batch', 'flex'])

/** Whether a service tier is known to have a price of its own. */
function isOtherPrice(serviceTier: string | undefined): boolean {
  return serviceTier !== undefined && (serviceTier === 'priority' || halfPriceTiers.has(serviceTier))
}

function listPrice(list: ListPrices, atMs: number, serviceTier: string | undefined): Applied | undefined {
  const period = ratesAt(list, atMs)
  if (period === undefined) return undefined
  if (!isOtherPrice(serviceTier)) return { rates: period.rates, version: listPricesVersion }
  // What priority costs differs from model to model, and is not listed.
  if (serviceTier === 'priority' || !halfPriced.has(list.provider)) return undefined
  return { rates: period.halfRates, version: `${listPricesVersion}+${serviceTier}` }
}

/** What a call used, with totals; `undefined` when too little is known for these prices. */
function usageOf(call: LlmCall, rates: Rates): TokenUsage | undefined {
  const { inputTokens, outputTokens, totalTokens, parts } = call
  if (inputTokens === null && outputTokens === null) {
    if (totalTokens === null || !(rates.isInputOnly || rates.isByTotal)) return undefined
    return withFittingTotals({ ...noUsage, ...parts, inputTokens: totalTokens })
  }
  const input = inputTokens ?? Math.max(0, (totalTokens ?? outputTokens ?? 0) - (outputTokens ?? 0))
  const output = outputTokens ?? Math.max(0, (totalTokens ?? input) - input)
  return withFittingTotals({ ...noUsage, ...parts, inputTokens: input, outputTokens: output })
}
