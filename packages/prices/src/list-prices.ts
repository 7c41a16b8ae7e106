import { createRequire } from 'node:module'
import type * as Library from '@pydantic/genai-prices'
import type { ConditionalPrice, ModelPrice } from '@pydantic/genai-prices'
import { toDecimal } from './decimal.ts'
import { Rates, type Price, type PriceKind, type Prices } from './rates.ts'

/** Which table of list prices this is, and of when: that of the manifest, which a test compares. */
export const listPricesVersion = 'genai-prices@0.1.8'

/** The prices of a model over time. */
export interface ListPrices {
  /** The provider's id in the table: `openai`, `aws`, … */
  provider: string
  /** The last of them that holds is the one; the first also holds before it began. */
  periods: readonly Period[]
}

interface Period {
  holds: (atMs: number) => boolean
  rates: Rates
  /** At half the price: what providers ask for batches, where they have a price for these at all. */
  halfRates: Rates
}

const require = createRequire(import.meta.url)
let loaded: typeof Library | undefined

/** The table takes 20 MB, which a service whose gateways all report costs never needs. */
function library(): typeof Library {
  // The package exports exactly what its types say.
  loaded ??= require('@pydantic/genai-prices') as typeof Library
  return loaded
}

/** The id of a provider in the table, by any of its names there. */
export function findProviderId(name: string): string | undefined {
  return library().findProvider({ providerId: name })?.id
}

/** What a model costs at a provider, or at the one that models of such a name are of. */
export function findListPrices(provider: string | undefined, model: string): ListPrices | undefined {
  const found = library().calcPrice({}, model, provider === undefined ? {} : { providerId: provider })
  if (found === null) return undefined
  const { prices } = found.model
  const conditional: ConditionalPrice[] = Array.isArray(prices) ? prices : [{ prices }]
  return { provider: found.provider.id, periods: conditional.map(toPeriod) }
}

/** The rates that held at a time, in milliseconds since 1970. */
export function ratesAt({ periods }: ListPrices, atMs: number): Period | undefined {
  return periods.findLast(({ holds }) => holds(atMs)) ?? periods[0]
}

function toPeriod({ constraint, prices }: ConditionalPrice): Period {
  const own = toPrices(prices)
  return { holds: toCondition(constraint), rates: new Rates(own), halfRates: new Rates(own, 2) }
}

const dayMs = 86_400_000

function toCondition(constraint: ConditionalPrice['constraint']): Period['holds'] {
  if (constraint === undefined) return () => true
  if (constraint.type === 'start_date') {
    const startMs = Date.parse(constraint.start_date)
    return (atMs) => atMs >= startMs
  }
  const fromMs = toTimeOfDayMs(constraint.start_time)
  const untilMs = toTimeOfDayMs(constraint.end_time)
  return (atMs) => {
    const timeMs = atMs % dayMs
    return untilMs < fromMs ? timeMs >= fromMs || timeMs < untilMs : timeMs >= fromMs && timeMs < untilMs
  }
}

/** `16:30:00Z` as milliseconds since midnight, UTC. */
function toTimeOfDayMs(time: string): number {
  return (Date.parse(`1970-01-02T${time}`) + dayMs) % dayMs
}

/** What each kind of price is called in the table. */
const keys: Record<PriceKind | 'thousand_calls', string> = {
  input: 'input_mtok',
  output: 'output_mtok',
  cache_read: 'cache_read_mtok',
  cache_write: 'cache_write_mtok',
  cache_write_1h: 'cache_write_1h_mtok',
  input_audio: 'input_audio_mtok',
  cache_audio_read: 'cache_audio_read_mtok',
  input_image: 'input_image_mtok',
  cache_image_read: 'cache_image_read_mtok',
  reasoning: 'output_reasoning_mtok',
  output_audio: 'output_audio_mtok',
  output_image: 'output_image_mtok',
  thousand_calls: 'requests_kcount',
}

function toPrices(modelPrice: ModelPrice): Prices {
  const prices = Object.entries(keys).flatMap(([kind, key]) => {
    const price = modelPrice[key]
    return price === undefined ? [] : [[kind, toPrice(price)] as const]
  })
  return Object.fromEntries(prices)
}

function toPrice(price: NonNullable<ModelPrice[string]>): Price {
  if (typeof price === 'number') return toDecimal(price)
  const tiers = price.tiers.map((tier) => ({ above: tier.start, price: toDecimal(tier.price) }))
  return { base: toDecimal(price.base), tiers }
}
