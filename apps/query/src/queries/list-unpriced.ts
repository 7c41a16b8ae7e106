import type { Pool } from 'pg'
import type { ParsedHistogram, SketchCache } from '../sketch-cache.ts'
import { measure, type Question } from './measure.ts'

/** A model whose calls have tokens and no cost, since nobody reported one and no price is known. */
export interface UnpricedModel {
  provider: string | null
  model: string | null
  calls: number
  tokens: number
}

/** The most models that are listed. */
export const maxUnpriced = 50

/** The models of unpriced calls among those that a question is about, those with the most tokens first. */
export async function listUnpriced(
  db: Pool,
  cache: SketchCache<ParsedHistogram>,
  question: Question,
): Promise<UnpricedModel[]> {
  const { groups } = await measure(db, cache, {
    ...question,
    groupBy: ['provider', 'model'],
    measures: ['unpriced', 'unpriced_tokens'],
    histograms: [],
    orderBy: ['unpriced_tokens', 'unpriced'],
    maxGroups: maxUnpriced,
  })
  return groups.flatMap(
    ({ keys: [provider = null, model = null], unpriced: calls, unpriced_tokens: tokens }) =>
      (calls ?? 0) > 0 ? [{ provider, model, calls: calls ?? 0, tokens: tokens ?? 0 }] : [],
  )
}
