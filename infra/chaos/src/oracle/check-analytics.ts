import type { Service } from '../rig/service.ts'
import type { Recount } from './recount.ts'

/** Uniques are a sketch whose standard error is 2 %; what is sought here is a wrong one, not an unlucky one. */
const uniqueError = 0.08
const averageError = 1e-6

type Metrics = Readonly<Record<string, number | string | null>>

/** Asks all three analytics of a project about everything, and tells what differs from the recount, a line each. */
export async function checkAnalytics(
  query: Service,
  project: { key: string; startedAtMs: number },
  recount: Recount,
): Promise<string[]> {
  const period = new URLSearchParams({
    start_time: new Date(project.startedAtMs - 40 * 86_400_000).toISOString(),
    end_time: new Date(project.startedAtMs + 2 * 86_400_000).toISOString(),
  })
  const ask = async (kind: string): Promise<Metrics> => {
    const text = await query.get(`/analytics/${kind}?${period.toString()}`, { 'X-API-Key': project.key })
    // The shape is that of the route's schema; no answer has no metrics, which then differ.
    return text === undefined ? {} : (JSON.parse(text) as { metrics: Metrics }).metrics
  }
  const [usage, llm, performance] = [await ask('usage'), await ask('llm'), await ask('performance')]
  const average = recount.events === 0 ? 0 : recount.durationSumMs / recount.events
  const costUsd = recount.costMicros / 1e6
  const expected: readonly (readonly [string, Metrics, string, number, number])[] = [
    ['usage', usage, 'total_events', recount.events, 0],
    ['usage', usage, 'total_tokens', recount.totalTokens, 0],
    ['usage', usage, 'cost_usd', costUsd, 0],
    ['usage', usage, 'unique_users', recount.users.size, uniqueError],
    ['llm', llm, 'total_queries', recount.events, 0],
    ['llm', llm, 'total_tokens', recount.totalTokens, 0],
    ['llm', llm, 'cost_usd', costUsd, 0],
    ['llm', llm, 'avg_latency_ms', average, averageError],
    ['performance', performance, 'total_requests', recount.events, 0],
    ['performance', performance, 'avg_duration_ms', average, averageError],
    ['performance', performance, 'max_duration_ms', recount.durationMaxMs, 0],
  ]
  return expected.flatMap(([kind, metrics, name, wanted, tolerance]) => {
    const found = Number(metrics[name] ?? NaN)
    const isRight = Math.abs(found - wanted) <= Math.abs(wanted) * tolerance + (tolerance === 0 ? 0 : 1e-3)
    return isRight ? [] : [`analytics: ${kind} says ${name} is ${metrics[name]}, recounted ${wanted}`]
  })
}
