import { DecimalSum, recordAdminAction, type AdminActor, type Schema } from '@weir/database'
import type { Estimate, PriceBook } from '@weir/prices'
import { sql, type Transaction } from 'kysely'
import { CostDifferences, type KnownCost } from './cost-differences.ts'
import { readCalls, toLlmCall, type RepriceScope, type StoredCall } from './read-calls.ts'

/** What estimating anew means for one model. Costs are exact decimals in USD; calls without one cost nothing here. */
export interface ModelDifference {
  provider: string | null
  model: string
  calls: number
  changed: number
  /** Calls whose cost is unknown, before and after. */
  unpricedBefore: number
  unpricedAfter: number
  before: DecimalSum
  after: DecimalSum
}

export interface RepriceOptions {
  scope: RepriceScope
  prices: PriceBook
  /** Hears how far it is: the beginning of each day that is done, and how many calls there were until then. */
  onDay?: (dayMs: number, calls: number) => void
}

const dayMs = 86_400_000

interface Change {
  call: StoredCall
  estimate: Estimate | undefined
}

/** What estimating calls anew would change, by model. Changes nothing. */
export async function compareCosts(
  transaction: Transaction<Schema>,
  options: RepriceOptions,
): Promise<ModelDifference[]> {
  return visitDays(transaction, options, () => Promise.resolve())
}

/**
 * Estimates calls anew and corrects their rows, the rollups and the audit log in the caller's transaction, so that
 * all of it happens or nothing. Waits for another one that does the same. What arrives meanwhile is left alone: it
 * was estimated when it came.
 */
export async function repriceCalls(
  transaction: Transaction<Schema>,
  options: RepriceOptions,
  by: AdminActor,
): Promise<ModelDifference[]> {
  await sql`select pg_advisory_xact_lock(hashtext('weir_reprice'))`.execute(transaction)
  const models = await visitDays(transaction, options, async (changes, differences) => {
    for (const [partition, ofPartition] of Map.groupBy(changes, ({ call }) => call.partition))
      await updateRows(transaction, partition, ofPartition)
    await differences.write(transaction)
  })
  const { fromMs, toMs, model, provider, projectId } = options.scope
  const total = (sumOf: (one: ModelDifference) => DecimalSum): string => {
    const sum = new DecimalSum()
    for (const one of models) sum.add(sumOf(one).toString())
    return sum.toString()
  }
  await recordAdminAction(transaction, by, {
    action: 'price.reprice',
    target: `${new Date(fromMs).toISOString()}/${new Date(toMs).toISOString()}`,
    projectId,
    details: {
      model: model ?? null,
      provider: provider ?? null,
      changed: models.reduce((sum, { changed }) => sum + changed, 0),
      cost_before: total(({ before }) => before),
      cost_after: total(({ after }) => after),
    },
  })
  return models
}

async function visitDays(
  transaction: Transaction<Schema>,
  { scope, prices, onDay }: RepriceOptions,
  apply: (changes: readonly Change[], differences: CostDifferences) => Promise<void>,
): Promise<ModelDifference[]> {
  const models = new Map<string, ModelDifference>()
  let calls = 0
  for (let startMs = Math.floor(scope.fromMs / dayMs) * dayMs; startMs < scope.toMs; startMs += dayMs) {
    const day = {
      ...scope,
      fromMs: Math.max(startMs, scope.fromMs),
      toMs: Math.min(startMs + dayMs, scope.toMs),
    }
    for await (const page of readCalls(transaction, day)) {
      calls += page.length
      const differences = new CostDifferences()
      await apply(changesOf(page, prices, models, differences), differences)
    }
    onDay?.(startMs, calls)
  }
  return [...models.values()].toSorted((a, b) => b.changed - a.changed || b.calls - a.calls)
}

function changesOf(
  page: readonly StoredCall[],
  prices: PriceBook,
  models: Map<string, ModelDifference>,
  differences: CostDifferences,
): Change[] {
  return page.flatMap((call) => {
    const estimate = prices.estimate(toLlmCall(call))
    const before = { costUsd: call.cost_usd, savedUsd: call.cache_saved_usd }
    const after = { costUsd: estimate?.costUsd ?? null, savedUsd: estimate?.savedUsd ?? null }
    const isChanged = before.costUsd !== after.costUsd || before.savedUsd !== after.savedUsd
    note(modelOf(models, call), before, after, isChanged)
    if (!isChanged) return []
    differences.add(call, before, after)
    return [{ call, estimate }]
  })
}

function modelOf(models: Map<string, ModelDifference>, call: StoredCall): ModelDifference {
  const { llm_provider: provider, llm_model: name } = call
  const key = JSON.stringify([provider, name])
  let model = models.get(key)
  if (model === undefined) {
    const counts = { calls: 0, changed: 0, unpricedBefore: 0, unpricedAfter: 0 }
    model = { provider, model: name ?? '', ...counts, before: new DecimalSum(), after: new DecimalSum() }
    models.set(key, model)
  }
  return model
}

function note(model: ModelDifference, before: KnownCost, after: KnownCost, isChanged: boolean): void {
  model.calls += 1
  if (isChanged) model.changed += 1
  if (before.costUsd === null) model.unpricedBefore += 1
  if (after.costUsd === null) model.unpricedAfter += 1
  model.before.add(before.costUsd ?? '0')
  model.after.add(after.costUsd ?? '0')
}

/** Rows are found by their place, which nobody changes: events are written once. */
async function updateRows(
  transaction: Transaction<Schema>,
  partition: string,
  changes: readonly Change[],
): Promise<void> {
  const { numAffectedRows } = await sql`
    update ${sql.raw(partition)} as event
    set cost_usd = changed.cost_usd, cache_saved_usd = changed.cache_saved_usd, price_version = changed.price_version
    from unnest(
      ${changes.map(({ call }) => call.place)}::tid[],
      ${changes.map(({ estimate }) => estimate?.costUsd ?? null)}::numeric[],
      ${changes.map(({ estimate }) => estimate?.savedUsd ?? null)}::numeric[],
      ${changes.map(({ estimate }) => estimate?.priceVersion ?? null)}::text[]
    ) as changed (place, cost_usd, cache_saved_usd, price_version)
    where event.ctid = changed.place`.execute(transaction)
  if (Number(numAffectedRows) !== changes.length)
    throw new Error('Some calls were moved meanwhile: nothing was changed. Try again.')
}
