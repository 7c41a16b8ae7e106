import { dimensionsFingerprint, DecimalSum, finestGrainSeconds, type Schema } from '@weir/database'
import { encodeField, rollupDimensions } from '@weir/events'
import { sql, type Transaction } from 'kysely'
import type { StoredCall } from './read-calls.ts'

/** What is known of a call's cost: before or after it is estimated anew. */
export interface KnownCost {
  costUsd: string | null
  savedUsd: string | null
}

interface Difference {
  projectId: number
  bucketMs: number
  fingerprint: string
  lastMs: number
  priced: number
  cost: DecimalSum
  saved: DecimalSum
  unpriced: number
  unpricedTokens: number
}

/**
 * What changed costs add to the rollups. It is written as deltas, like that of new events: whatever is stored or
 * folded at the same time stays right, since only sums are added to.
 */
export class CostDifferences {
  readonly #differences = new Map<string, Difference>()

  add(call: StoredCall, before: KnownCost, after: KnownCost): void {
    const difference = this.#of(call)
    difference.lastMs = Math.max(difference.lastMs, call.occurred_at.getTime())
    difference.priced += Number(after.costUsd !== null) - Number(before.costUsd !== null)
    difference.cost.add(after.costUsd ?? '0')
    difference.cost.add(negated(before.costUsd ?? '0'))
    difference.saved.add(after.savedUsd ?? '0')
    difference.saved.add(negated(before.savedUsd ?? '0'))
    const tokens = call.total_tokens ?? (call.input_tokens ?? 0) + (call.output_tokens ?? 0)
    if (tokens === 0) return
    const unpriced = Number(after.costUsd === null) - Number(before.costUsd === null)
    difference.unpriced += unpriced
    difference.unpricedTokens += unpriced * tokens
  }

  /** Writes them, and forgets them. Throws when rollups do not know the dimensions of a call: they would lack it. */
  async write(transaction: Transaction<Schema>): Promise<void> {
    const all = [...this.#differences.values()]
    this.#differences.clear()
    if (all.length === 0) return
    const column = (valueOf: (difference: Difference) => unknown) => all.map(valueOf)
    const { numAffectedRows } = await sql`
      insert into rollup_deltas (
        bucket_at, last_at, project_id, dimensions_id, events, priced, cost_usd, cache_saved_usd, unpriced, unpriced_tokens
      )
      select bucket_at, added.last_at, added.project_id, known.id, 0, priced, cost_usd, cache_saved_usd, unpriced,
        unpriced_tokens
      from unnest(
        ${column(({ bucketMs }) => new Date(bucketMs).toISOString())}::timestamptz[],
        ${column(({ lastMs }) => new Date(lastMs).toISOString())}::timestamptz[],
        ${column(({ projectId }) => projectId)}::int[], ${column(({ fingerprint }) => fingerprint)}::uuid[],
        ${column(({ priced }) => priced)}::bigint[], ${column(({ cost }) => cost.toString())}::numeric[],
        ${column(({ saved }) => saved.toString())}::numeric[], ${column(({ unpriced }) => unpriced)}::bigint[],
        ${column(({ unpricedTokens }) => unpricedTokens)}::bigint[]
      ) as added (
        bucket_at, last_at, project_id, fingerprint, priced, cost_usd, cache_saved_usd, unpriced, unpriced_tokens
      )
      join rollup_dimensions as known using (project_id, fingerprint)`.execute(transaction)
    if (Number(numAffectedRows) !== all.length)
      throw new Error('The rollups lack the dimensions of some calls: nothing was changed.')
  }

  #of(call: StoredCall): Difference {
    const atMs = call.occurred_at.getTime()
    const grainMs = finestGrainSeconds * 1_000
    const bucketMs = Math.floor(atMs / grainMs) * grainMs
    const dimensions = rollupDimensions.map((name) => encodeField(call[name])).join('\t')
    const key = `${bucketMs}\t${call.project_id}\t${dimensions}`
    let difference = this.#differences.get(key)
    if (difference === undefined) {
      difference = {
        projectId: call.project_id,
        bucketMs,
        fingerprint: dimensionsFingerprint(dimensions),
        lastMs: atMs,
        priced: 0,
        cost: new DecimalSum(),
        saved: new DecimalSum(),
        unpriced: 0,
        unpricedTokens: 0,
      }
      this.#differences.set(key, difference)
    }
    return difference
  }
}

function negated(decimal: string): string {
  return decimal.startsWith('-') ? decimal.slice(1) : `-${decimal}`
}
