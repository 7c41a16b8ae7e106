import type { EstimatedCost } from '@weir/database'
import { columnIndex as at, decodeField, llmRemarkTypes, type RowReader } from '@weir/events'
import { readUsageDetails, type LlmCall, type PriceBook } from '@weir/prices'

/** A row with its estimated cost in it and, behind its last field, what a cache saved. */
export interface EstimatedRow extends EstimatedCost {
  row: string
}

/**
 * Whether something may have to be estimated of a row: the cost of a model's call that nobody reported, or what a cache
 * saved of one that is known. All others are left alone.
 */
export function mayNeedEstimate(row: RowReader): boolean {
  if (row.isEmpty(at.llm_model)) return false
  // A gateway that answers from its own cache reports that it cost nothing.
  return (
    isEmptyOrZero(row, at.cost_usd) ||
    !isEmptyOrZero(row, at.cached_tokens) ||
    !isEmptyOrZero(row, at.cache_write_tokens)
  )
}

/**
 * Estimates the cost of a row of COPY text that `mayNeedEstimate`, unless its sender knew it, and what a cache
 * saved. `undefined` where there is nothing to estimate: no price is known for the model, its tokens are not, or
 * the row is no call.
 */
export function estimateCost(row: string, prices: PriceBook): EstimatedRow | undefined {
  const fields = row.split('\t')
  if (llmRemarkTypes.includes(fields[at.event_type] ?? '')) return undefined
  const isReported = fields[at.cost_usd] !== ''
  const estimate = prices.estimate(toCall(fields))
  if (estimate === undefined || (isReported && estimate.savedUsd === null)) return undefined
  const { savedUsd } = estimate
  const costUsd = isReported ? null : estimate.costUsd
  if (costUsd !== null) {
    fields[at.cost_usd] = costUsd
    fields[at.price_version] = estimate.priceVersion
  }
  fields.push(savedUsd ?? '')
  return { row: fields.join('\t'), costUsd, savedUsd }
}

function toCall(fields: readonly string[]): LlmCall {
  const details = readUsageDetails(decodeField(fields[at.payload]))
  return {
    provider: decodeField(fields[at.llm_provider]),
    model: decodeField(fields[at.llm_model]),
    requestModel: decodeField(fields[at.llm_request_model]),
    occurredAtMs: Date.parse(fields[at.occurred_at] ?? ''),
    inputTokens: numberOf(fields[at.input_tokens]),
    outputTokens: numberOf(fields[at.output_tokens]),
    totalTokens: numberOf(fields[at.total_tokens]),
    parts: {
      ...details.parts,
      cacheReadTokens: numberOf(fields[at.cached_tokens]) ?? 0,
      cacheWriteTokens: numberOf(fields[at.cache_write_tokens]) ?? 0,
      reasoningTokens: numberOf(fields[at.reasoning_tokens]) ?? 0,
    },
    serviceTier: details.serviceTier,
    isFromCache: fields[at.cache_hit]?.startsWith('t') ?? false,
  }
}

function isEmptyOrZero(row: RowReader, column: number): boolean {
  return row.isEmpty(column) || row.equals(column, zero)
}

const zero = Buffer.from('0')

function numberOf(field: string | undefined): number | null {
  if (field === undefined || field === '') return null
  const number = Number(field)
  // The database refuses the row, too.
  return Number.isSafeInteger(number) && number >= 0 ? number : null
}
