import { columnIndex as at, type RowReader } from '@weir/events'
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

const llm = Buffer.from('llm')
const letterT = 0x74

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

/** Adds what a row says of an LLM call; the analytics' SQL says the same of a row of `log_events`. */
export function countLlm(counts: LlmCounts, row: RowReader, estimated: EstimatedCost | undefined): void {
  const ttftMs = row.number(at.ttft_ms)
  const outputTokens = row.number(at.output_tokens)
  if (ttftMs !== undefined || outputTokens !== undefined)
    countTimes(counts, ttftMs, outputTokens ?? 0, row.number(at.duration_ms))
  if (row.isEmpty(at.llm_model) && !row.equals(at.category, llm)) return
  if (row.firstByte(at.cache_hit) === letterT) counts.cacheHits += 1
  if (estimated === undefined || estimated.costUsd === null) countUnpriced(counts, row)
  if (estimated !== undefined && estimated.savedUsd !== null) counts.saved.add(estimated.savedUsd)
}

function countTimes(
  counts: LlmCounts,
  ttftMs: number | undefined,
  outputTokens: number,
  durationMs: number | undefined,
): void {
  const isPossible = ttftMs !== undefined && isTtftPossible(ttftMs, durationMs)
  if (isPossible) addDuration(counts.ttft, ttftMs)
  else if (ttftMs !== undefined) counts.impossibleTtfts += 1
  if (outputTokens === 0 || durationMs === undefined || durationMs <= 0) return
  // What came before the first token is no speed; an answer that came at once has all its time behind it.
  const waitedMs = isPossible && ttftMs < durationMs ? ttftMs : 0
  addCoarsely(counts.speed, (outputTokens * 1_000) / (durationMs - waitedMs))
}

function isTtftPossible(ttftMs: number, durationMs = longestTtftMs): boolean {
  return ttftMs >= 0 && ttftMs <= Math.min(durationMs, longestTtftMs)
}

function countUnpriced(counts: LlmCounts, row: RowReader): void {
  if (!row.isEmpty(at.cost_usd)) return
  const tokens =
    row.number(at.total_tokens) ?? (row.number(at.input_tokens) ?? 0) + (row.number(at.output_tokens) ?? 0)
  if (tokens === 0) return
  counts.unpriced += 1
  counts.unpricedTokens += tokens
}
