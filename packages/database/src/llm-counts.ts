import { columnIndex as at } from '@weir/events'
import { DecimalSum } from './decimal-sum.ts'
import { addCoarsely, addDuration, type Histogram } from './histogram.ts'

/** What was estimated of the cost of an LLM call, as exact decimals in USD. */
export interface EstimatedCost {
  /** `null` where the sender knows it. */
  costUsd: string | null
  /** What it would have cost more without a cache; `null` where none was used. */
  savedUsd: string | null
}

/** What is counted of LLM calls alone. */
export interface LlmCounts {
  /** Calls that a gateway answered from its own cache. */
  cacheHits: number
  /** Times to the first token that cannot be; they are in no histogram. */
  impossibleTtfts: number
  /** Calls with tokens whose cost nobody knows. */
  unpriced: number
  unpricedTokens: number
  saved: DecimalSum
  ttft: Histogram
  /** Tokens out a second, coarse. */
  speed: Histogram
}

/** A time to the first token beyond this is a mistake of its sender: no client waits so long. */
export const longestTtftMs = 3_600_000

/** Of no call. */
export function noLlmCounts(): LlmCounts {
  return {
    cacheHits: 0,
    impossibleTtfts: 0,
    unpriced: 0,
    unpricedTokens: 0,
    saved: new DecimalSum(),
    ttft: new Map(),
    speed: new Map(),
  }
}

/** Adds what a row of COPY text says of an LLM call; the analytics' SQL says the same of a row of `log_events`. */
export function countLlm(
  counts: LlmCounts,
  row: string,
  fields: readonly string[],
  estimated: EstimatedCost | undefined,
): void {
  const durationMs = numberOf(fields[at.duration_ms])
  const ttftMs = countTtft(counts, fields, durationMs)
  const outputTokens = numberOf(fields[at.output_tokens])
  if (outputTokens !== undefined && outputTokens > 0 && durationMs !== undefined && durationMs > 0) {
    // What came before the first token is no speed; an answer that came at once has all its time behind it.
    const isStreamed = ttftMs !== undefined && ttftMs < durationMs
    addCoarsely(counts.speed, (outputTokens * 1_000) / (isStreamed ? durationMs - ttftMs : durationMs))
  }
  if ((fields[at.llm_model] ?? '') === '' && fields[at.category] !== 'llm') return
  if (fieldBehind(row, fields, at.cache_hit) === 't') counts.cacheHits += 1
  if ((estimated?.costUsd ?? null) === null) countUnpriced(counts, fields)
  if (estimated !== undefined && estimated.savedUsd !== null) counts.saved.add(estimated.savedUsd)
}

/** The time to the first token, if it can be. */
function countTtft(
  counts: LlmCounts,
  fields: readonly string[],
  durationMs: number | undefined,
): number | undefined {
  const ttftMs = numberOf(fields[at.ttft_ms])
  if (ttftMs === undefined) return undefined
  if (ttftMs < 0 || ttftMs > Math.min(durationMs ?? longestTtftMs, longestTtftMs)) {
    counts.impossibleTtfts += 1
    return undefined
  }
  addDuration(counts.ttft, ttftMs)
  return ttftMs
}

function countUnpriced(counts: LlmCounts, fields: readonly string[]): void {
  if (fields[at.cost_usd] !== '') return
  const tokens =
    numberOf(fields[at.total_tokens]) ??
    (numberOf(fields[at.input_tokens]) ?? 0) + (numberOf(fields[at.output_tokens]) ?? 0)
  if (tokens === 0) return
  counts.unpriced += 1
  counts.unpricedTokens += tokens
}

function numberOf(field: string | undefined): number | undefined {
  return field === undefined || field === '' ? undefined : Number(field)
}

/** The first character of a field that stands behind those that a row was split into. */
function fieldBehind(row: string, fields: readonly string[], index: number): string {
  const known = fields[index]
  if (known !== undefined) return known.charAt(0)
  let start = fields.length
  for (const field of fields) start += field.length
  for (let column = fields.length; column < index; column += 1) start = row.indexOf('\t', start) + 1
  return row.charAt(start)
}
