import type { Schema } from '@weir/database'
import { llmRemarkTypes, rollupDimensions, type RollupDimension } from '@weir/events'
import { readUsageDetails, type LlmCall } from '@weir/prices'
import { sql, type Transaction } from 'kysely'

/** Which calls are estimated anew. Times in milliseconds since 1970, the end not included. */
export interface RepriceScope {
  fromMs: number
  toMs: number
  model: string | undefined
  provider: string | undefined
  projectId: number | undefined
}

/** A call whose cost was estimated, or is unknown, as it is stored. */
export type StoredCall = Record<Exclude<RollupDimension, 'status_code'>, string | null> & {
  /** The table that holds it, as SQL names it, and where in it. */
  partition: string
  place: string
  project_id: number
  occurred_at: Date
  status_code: number | null
  llm_request_model: string | null
  input_tokens: number | null
  output_tokens: number | null
  total_tokens: number | null
  cached_tokens: number | null
  cache_write_tokens: number | null
  reasoning_tokens: number | null
  cache_hit: boolean | null
  payload: string | null
  cost_usd: string | null
  cache_saved_usd: string | null
}

/** As the statement has it. */
const pageSize = 2_000

/**
 * Reads calls of a time, a page at a time, as they were when the reading began. Reported costs are not among them.
 * One reading at a time in a transaction.
 */
export async function* readCalls(
  transaction: Transaction<Schema>,
  scope: RepriceScope,
): AsyncGenerator<StoredCall[]> {
  await sql`declare calls cursor for ${question(scope)}`.execute(transaction)
  for (;;) {
    const { rows } = await sql<StoredCall>`fetch 2000 from calls`.execute(transaction)
    if (rows.length > 0) yield rows
    if (rows.length < pageSize) break
  }
  await sql`close calls`.execute(transaction)
}

function question({ fromMs, toMs, model, provider, projectId }: RepriceScope) {
  const dimensions = sql.join(rollupDimensions.map((name) => sql.ref(`log_events.${name}`)))
  return sql`
    select log_events.tableoid::regclass::text as partition, log_events.ctid::text as place,
      log_events.project_id, log_events.occurred_at, ${dimensions}, log_events.llm_request_model,
      log_events.input_tokens, log_events.output_tokens, log_events.total_tokens, log_events.cached_tokens,
      log_events.cache_write_tokens, log_events.reasoning_tokens, log_events.cache_hit,
      log_events.payload::text as payload, trim_scale(log_events.cost_usd)::text as cost_usd,
      trim_scale(log_events.cache_saved_usd)::text as cache_saved_usd
    from log_events
    where log_events.occurred_at >= ${new Date(fromMs)} and log_events.occurred_at < ${new Date(toMs)}
      and log_events.llm_model is not null and log_events.event_type <> all(${[...llmRemarkTypes]}::text[])
      and (log_events.cost_usd is null or log_events.price_version is not null)
      ${model === undefined ? sql`` : sql`and log_events.llm_model = ${model}`}
      ${provider === undefined ? sql`` : sql`and log_events.llm_provider = ${provider}`}
      ${projectId === undefined ? sql`` : sql`and log_events.project_id = ${projectId}`}`
}

/** A stored call as prices are asked for it. */
export function toLlmCall(call: StoredCall): LlmCall {
  const details = readUsageDetails(call.payload)
  return {
    provider: call.llm_provider,
    model: call.llm_model,
    requestModel: call.llm_request_model,
    occurredAtMs: call.occurred_at.getTime(),
    inputTokens: call.input_tokens,
    outputTokens: call.output_tokens,
    totalTokens: call.total_tokens,
    parts: {
      ...details.parts,
      cacheReadTokens: call.cached_tokens ?? 0,
      cacheWriteTokens: call.cache_write_tokens ?? 0,
      reasoningTokens: call.reasoning_tokens ?? 0,
    },
    serviceTier: details.serviceTier,
    isFromCache: call.cache_hit ?? false,
  }
}
