export { PriceBook, type Estimate, type LlmCall } from './price-book.ts'
export { readUsageDetails, type UsageDetails } from './read-usage-details.ts'
export {
  overrideFields,
  pricesOf,
  toPriceOverride,
  type OverrideFields,
  type PriceOverride,
} from './overrides.ts'
export { listPricesVersion } from './list-prices.ts'
export { priceKinds, type PriceKind } from './rates.ts'
export { readPricesFile, PricesFileError } from './read-prices-file.ts'
