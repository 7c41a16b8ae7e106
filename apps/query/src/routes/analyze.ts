import { keyOf, parseQuery } from '@weir/http'
import { failpoint } from '@weir/runtime'
import type { RequestHandler } from 'express'
import type { Pool } from 'pg'
import { toAnalysis, type AnalysisParameters } from '../analytics/analysis.ts'
import { answerAnalysis, type Analytics } from '../analytics/answer.ts'
import type { SketchCaches } from '../sketch-cache.ts'

/** One kind of analytics and the parameters of its route. */
export interface AnalyticsKind {
  analytics: Analytics
  parameters: AnalysisParameters
}

/** GET /analytics/{kind} — 200 with the totals, the breakdown and the series of one kind. */
export function analyze(
  db: Pool,
  sketches: SketchCaches,
  { analytics, parameters }: AnalyticsKind,
  now: () => number,
): RequestHandler {
  return async (req, res) => {
    const analysis = toAnalysis(parseQuery(parameters, req), keyOf(res).projectId, now())
    failpoint('query.during_request')
    res.json(await answerAnalysis(db, sketches, analysis, analytics))
  }
}
