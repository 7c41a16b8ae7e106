import type { Pool } from 'pg'
import type { Dimension } from '../dimensions.ts'
import { previousPeriod, toPeriodBody, type Period } from '../period.ts'
import { groupKey } from '../group-key.ts'
import { noLatencies, type Latencies } from '../latencies.ts'
import { countUniques } from '../queries/count-uniques.ts'
import {
  measure,
  type HistogramColumn,
  type Measure,
  type Measured,
  type MeasureRow,
  type Question,
} from '../queries/measure.ts'
import { listUnpriced, type UnpricedModel } from '../queries/list-unpriced.ts'
import { toZonedText } from '../time-zone.ts'
import type { SketchCaches } from '../sketch-cache.ts'
import { noUniques, type Uniques, type UniquesOf } from '../uniques.ts'
import type { Analysis } from './analysis.ts'

/** What a set of events was measured to be, and for how long they were watched. */
export interface Measurement {
  row: MeasureRow
  latencies: Latencies
  uniques: Uniques | undefined
  seconds: number
}

export type Metrics = Readonly<Record<string, number | string | null>>

/** A kind of analytics: what it counts, what it measures, and the metrics that come of it. */
export interface Analytics {
  only?: 'llm' | 'timed'
  measures: readonly Measure[]
  histograms: readonly HistogramColumn[]
  orderBy: readonly Measure[]
  hasUniques: boolean
  /** Whether the answer lists the models of calls whose cost nobody knows. */
  listsUnpriced?: true
  toMetrics: (measurement: Measurement) => Metrics
}

/** The body of an analytics answer. */
export interface AnalyticsBody {
  period: ReturnType<typeof toPeriodBody>
  metrics: Metrics
  breakdown: Metrics[]
  series: Metrics[]
  unpriced?: UnpricedModel[]
  previous?: { period: ReturnType<typeof toPeriodBody>; metrics: Metrics }
}

/** Answers an analysis: the totals, the breakdown and the series from one look at the same facts. */
export async function answerAnalysis(
  db: Pool,
  sketches: SketchCaches,
  analysis: Analysis,
  analytics: Analytics,
): Promise<AnalyticsBody> {
  const { period, isCompared } = analysis
  const before = { ...analysis, period: previousPeriod(period), groupBy: [], maxGroups: 0 }
  const [found, foundBefore] = await Promise.all([
    findOut(db, sketches, analysis, analytics),
    isCompared ? findOut(db, sketches, before, analytics) : undefined,
  ])
  const body: AnalyticsBody = {
    period: toPeriodBody(period),
    ...timeMetrics(found, period, analytics),
    breakdown: breakdown(found, analysis, analytics),
    ...(analytics.listsUnpriced === true && { unpriced: found.unpriced }),
  }
  if (foundBefore === undefined) return body
  const { metrics } = timeMetrics(foundBefore, before.period, analytics)
  return { ...body, previous: { period: toPeriodBody(before.period), metrics } }
}

interface Found {
  measured: Measured
  uniques: UniquesOf | undefined
  unpriced: UnpricedModel[]
}

async function findOut(
  db: Pool,
  sketches: SketchCaches,
  analysis: Analysis,
  analytics: Analytics,
): Promise<Found> {
  const { projectId, period, filters, groupBy, maxGroups } = analysis
  const { only, measures, histograms, orderBy, hasUniques, listsUnpriced } = analytics
  const scope = { projectId, fromMs: period.fromMs, toMs: period.toMs, filters, only }
  const question: Question = {
    scope,
    startsMs: period.startsMs,
    settledMs: analysis.settledMs,
    groupBy,
    measures,
    histograms,
    orderBy,
    maxGroups,
  }
  const [measured, uniques] = await Promise.all([
    measure(db, sketches.histograms, question),
    hasUniques ? countUniques(db, sketches.registers, question) : undefined,
  ])
  const hasUnpriced = listsUnpriced === true && (measured.total.unpriced ?? 0) > 0
  const unpriced = hasUnpriced ? await listUnpriced(db, sketches.histograms, question) : []
  return { measured, uniques, unpriced }
}

function breakdown({ measured, uniques }: Found, analysis: Analysis, analytics: Analytics): Metrics[] {
  const { period, groupBy } = analysis
  const seconds = (period.elapsedToMs - period.fromMs) / 1_000
  return measured.groups.map((row) => {
    const key = groupKey(row.keys)
    const latencies = measured.latencies.groups.get(key) ?? noLatencies()
    const metrics = analytics.toMetrics({ row, latencies, uniques: uniques?.groups.get(key), seconds })
    const keys = groupBy.map((name, index) => [name, toKey(name, row.keys[index] ?? null)] as const)
    return { ...Object.fromEntries(keys), ...metrics }
  })
}

/** The metrics of each bucket, and those of all of them. */
function timeMetrics(
  { measured, uniques }: Found,
  period: Period,
  analytics: Analytics,
): Pick<AnalyticsBody, 'metrics' | 'series'> {
  const rows = new Map(measured.series.map((row) => [row.bucket, row]))
  const series = period.startsMs.map((startMs, bucket) => {
    const fromMs = Math.max(startMs, period.fromMs)
    const toMs = Math.min(period.startsMs[bucket + 1] ?? period.toMs, period.elapsedToMs)
    const metrics = analytics.toMetrics({
      row: rows.get(bucket) ?? {},
      latencies: measured.latencies.series.get(bucket) ?? noLatencies(),
      uniques: uniques?.total === undefined ? undefined : (uniques.series.get(bucket) ?? noUniques),
      seconds: Math.max(0, toMs - fromMs) / 1_000,
    })
    return { bucket_start: toZonedText(period.timeZone, startMs), ...metrics }
  })
  const metrics = analytics.toMetrics({
    row: measured.total,
    latencies: measured.latencies.total,
    uniques: uniques?.total,
    seconds: (period.elapsedToMs - period.fromMs) / 1_000,
  })
  return { metrics, series }
}

function toKey(dimension: Dimension, key: string | null): string | number | null {
  return dimension === 'status' && key !== null ? Number(key) : key
}
