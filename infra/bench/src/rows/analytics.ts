import { askRaw } from '../raw/ask-raw.ts'
import { compareAnswers, type AnalyticsBody } from '../raw/compare-answers.ts'
import { llmQuestion, performanceQuestion, usageQuestion, type RawQuestion } from '../raw/raw-question.ts'
import type { Measured } from '../report.ts'
import { loadDataset } from '../rig/dataset.ts'
import type { Rig } from '../rig/open-rig.ts'
import { runRounds } from '../rounds.ts'
import { median } from '../statistics.ts'
import { analyticsKinds, analyticsName, shortCount, type AnalyticsKind } from '../targets.ts'
import type { RowGroup } from './row-group.ts'

const questions: Readonly<Record<AnalyticsKind, RawQuestion>> = {
  usage: usageQuestion,
  llm: llmQuestion,
  performance: performanceQuestion,
}

/** Answers of the service in one round. */
const repeats = 15

/** The three answers about seven days, over HTTP one after the other, beside SQL that reads the events, cache warm. */
export function analytics(events: number): RowGroup {
  return {
    names: analyticsKinds.map((kind) => analyticsName(kind, events)),
    async run(rig, findings) {
      const { verified } = await loadDataset(rig, events)
      const measured: Measured[] = []
      for (const kind of analyticsKinds) {
        const name = analyticsName(kind, events)
        const figures = await measureKind(rig, kind, name)
        findings.set(name, figures.ours)
        measured.push({ name, ...figures })
      }
      return {
        measured,
        verified: [
          `analytics at ${shortCount(events)}: ${verified}; totals, groups and days of all three answers = SQL over the events`,
        ],
      }
    },
  }
}

async function measureKind(
  rig: Rig,
  kind: AnalyticsKind,
  name: string,
): Promise<{ ours: number; baseline: number }> {
  const question = questions[kind]
  const client = await rig.store.pool.connect()
  try {
    // What a patient person would give one statement, and PostgreSQL's own default for compiling it.
    await client.query(`set work_mem = '256MB'; set jit = on`)
    const body = await askService(rig, kind)
    const range = [body.period.start_time, body.period.end_time] as const
    compareAnswers(question, body, await askRaw(client, question, range, true))
    const { baseline, ours } = await runRounds(name, rig.sizes, {
      async baseline() {
        const startedAtMs = performance.now()
        // Without the counts of different users, which would make our figure look better than it is.
        await askRaw(client, question, range, false)
        return { ms: performance.now() - startedAtMs }
      },
      async ours() {
        const durationsMs: number[] = []
        for (let i = 0; i < repeats; i += 1) {
          const startedAtMs = performance.now()
          await askService(rig, kind)
          durationsMs.push(performance.now() - startedAtMs)
        }
        return { ms: median(durationsMs) }
      },
    })
    return { ours: ours['ms'] ?? 0, baseline: baseline['ms'] ?? 0 }
  } finally {
    await client.query('reset all')
    client.release()
  }
}

async function askService(rig: Rig, kind: AnalyticsKind): Promise<AnalyticsBody> {
  const { port } = await rig.services.running('query')
  const response = await fetch(`http://127.0.0.1:${port}/analytics/${kind}?days=7`, {
    headers: { 'X-API-Key': rig.apiKey },
  })
  if (response.status !== 200)
    throw new Error(`/analytics/${kind} answers ${response.status}: ${await response.text()}`)
  // The shape of an analytics answer; compareAnswers looks at every field that counts.
  return (await response.json()) as AnalyticsBody
}
