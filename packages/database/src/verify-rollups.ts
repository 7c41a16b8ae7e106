import { sql } from 'kysely'
import { longestTtftMs } from './llm-counts.ts'
import type { Database } from './open-database.ts'

/** One thing that rollups count, as they have it and as the events have it. */
export interface RollupComparison {
  measure: string
  rollups: string
  events: string
  isEqual: boolean
}

const isOfModel = sql`(llm_model is not null or category = 'llm')`
const tokens = sql`coalesce(total_tokens, coalesce(input_tokens, 0) + coalesce(output_tokens, 0))`
const isUnpriced = sql`(${isOfModel} and cost_usd is null and ${tokens} > 0)`
const hasImpossibleTtft = sql`(ttft_ms < 0 or ttft_ms > least(duration_ms, ${longestTtftMs}::double precision))`

/**
 * Recounts all events and compares with what the rollups say: cells of each grain plus deltas, over all
 * projects and all time. Reads every event, so it is for tests, the benchmark and a quiet hour.
 */
export async function verifyRollups(db: Database): Promise<RollupComparison[]> {
  const measures = sql`
    coalesce(sum(events), 0)::text as events, coalesce(sum(duration_count), 0)::text as duration_count,
    coalesce(sum(input_tokens), 0)::text as input_tokens, coalesce(sum(output_tokens), 0)::text as output_tokens,
    coalesce(sum(total_tokens), 0)::text as total_tokens, coalesce(sum(priced), 0)::text as priced,
    trim_scale(coalesce(sum(cost_usd), 0))::text as cost_usd,
    coalesce(sum(bytes_out), 0)::text as bytes_out, coalesce(sum(cached_tokens), 0)::text as cached_tokens,
    trim_scale(coalesce(sum(cache_saved_usd), 0))::text as cache_saved_usd,
    coalesce(sum(cache_hits), 0)::text as cache_hits, coalesce(sum(impossible_ttft), 0)::text as impossible_ttft,
    coalesce(sum(unpriced), 0)::text as unpriced, coalesce(sum(unpriced_tokens), 0)::text as unpriced_tokens,
    coalesce(sum(length(duration_histogram)), 0) > 0 as has_histogram`
  const counted = await sql<Record<string, string>>`
    select count(*)::text as events, count(duration_ms)::text as duration_count,
      coalesce(sum(input_tokens), 0)::text as input_tokens, coalesce(sum(output_tokens), 0)::text as output_tokens,
      coalesce(sum(total_tokens), 0)::text as total_tokens, count(cost_usd)::text as priced,
      trim_scale(coalesce(sum(cost_usd), 0))::text as cost_usd,
      coalesce(sum(bytes_out), 0)::text as bytes_out, coalesce(sum(cached_tokens), 0)::text as cached_tokens,
      trim_scale(coalesce(sum(cache_saved_usd), 0))::text as cache_saved_usd,
      count(*) filter (where cache_hit and ${isOfModel})::text as cache_hits,
      count(*) filter (where ${hasImpossibleTtft})::text as impossible_ttft,
      count(*) filter (where ${isUnpriced})::text as unpriced,
      coalesce(sum(${tokens}) filter (where ${isUnpriced}), 0)::text as unpriced_tokens
    from log_events`.execute(db)
  const kept = await sql<Record<string, string>>`
    select grain::text as grain, ${measures} from (
      select grain_seconds as grain, project_id, dimensions_id, ${cellColumns} from rollup_cells
      union all
      select grain, project_id, dimensions_id, ${cellColumns} from rollup_deltas, unnest(array[900, 3600, 86400]) grain
    ) parts
    -- Counts of unknown dimensions would be in no answer.
    join rollup_dimensions on rollup_dimensions.project_id = parts.project_id and rollup_dimensions.id = dimensions_id
    group by grain order by grain`.execute(db)
  const events = counted.rows[0] ?? {}
  const perGrain = kept.rows.length > 0 ? kept.rows : [{ grain: 'all' }]
  return perGrain.flatMap((rollup: Record<string, string>) =>
    Object.keys(events).map((measure) => ({
      measure: `${measure} (${rollup['grain']} s)`,
      rollups: rollup[measure] ?? '0',
      events: events[measure] ?? '0',
      isEqual: (rollup[measure] ?? '0') === events[measure],
    })),
  )
}

const cellColumns = sql.raw(
  `events, duration_count, input_tokens, output_tokens, total_tokens, priced, cost_usd, bytes_out,
    cached_tokens, cache_saved_usd, cache_hits, impossible_ttft, unpriced, unpriced_tokens, duration_histogram`,
)
