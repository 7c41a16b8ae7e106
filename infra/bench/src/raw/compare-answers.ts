import type { RawAnswer, RawMetrics } from './ask-raw.ts'
import type { RawQuestion } from './raw-question.ts'

type Metrics = Readonly<Record<string, number | string | null>>

/** The body of an analytics answer, as far as it is compared. */
export interface AnalyticsBody {
  period: { start_time: string; end_time: string }
  metrics: Metrics
  breakdown: Metrics[]
  series: Metrics[]
}

/** Throws unless the service says what the events say: totals, every group, every day. */
export function compareAnswers(question: RawQuestion, body: AnalyticsBody, raw: RawAnswer): void {
  compare(question, 'in all', body.metrics, raw.total)
  if (body.breakdown.length !== raw.breakdown.size) {
    throw new Error(
      `The breakdown has ${body.breakdown.length} groups, the events have ${raw.breakdown.size}.`,
    )
  }
  for (const group of body.breakdown) {
    const key = group[question.key]
    const found = raw.breakdown.get(key === null ? null : String(key))
    if (found === undefined) throw new Error(`The breakdown has ${key}, the events have not.`)
    compare(question, String(key), group, found)
  }
  for (const point of body.series) {
    const found = raw.series.get(Date.parse(String(point['bucket_start'])))
    if (found !== undefined) compare(question, String(point['bucket_start']), point, found)
  }
  const days = body.series.filter((point) => raw.series.has(Date.parse(String(point['bucket_start']))))
  if (days.length !== raw.series.size) throw new Error('The series lacks a day that the events have.')
}

/** HyperLogLog promises 2 % for most counts, not for each. */
const uniqueTolerance = 0.08

function compare(question: RawQuestion, where: string, metrics: Metrics, raw: RawMetrics): void {
  const tolerances = [
    ...Object.entries(question.metrics).map(([name, { tolerance }]) => ({ name, tolerance })),
    ...Object.keys(question.uniques).map((name) => ({ name, tolerance: uniqueTolerance })),
  ]
  for (const { name, tolerance } of tolerances) {
    const ours = metrics[name]
    // Not said, which is not the same as wrong: groups have no uniques, and what nobody measured is null.
    if (ours === null || ours === undefined) continue
    const expected = raw[name] ?? 0
    if (Math.abs(Number(ours) - expected) > Math.abs(expected) * tolerance) {
      throw new Error(`${name} ${where}: the service says ${ours}, the events say ${expected}.`)
    }
  }
}
