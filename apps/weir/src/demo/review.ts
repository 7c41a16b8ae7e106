import type { DemoEvent } from './demo-event.ts'
import { llmQuery } from './llm-query.ts'
import { caller, somebody } from './people.ts'
import type { Random } from './random.ts'

const languages: readonly [string, ...string[]] = ['typescript', 'python', 'go', 'sql', 'java', 'rust']
const analyses: readonly [string, ...string[]] = ['lint', 'types', 'complexity']
const service = 'code-review'

/** A review of some code: analyses of its syntax, questions to a model, a verdict. */
export function review(random: Random, startMs: number, session: string): DemoEvent[] {
  const user = somebody(random)
  const events: DemoEvent[] = []
  let atMs = startMs
  const add = (eventType: string, payload: Record<string, unknown>, level?: 'error'): void => {
    events.push({
      atMs,
      event_type: eventType,
      source: service,
      ...(level === undefined ? {} : { level }),
      session_id: session,
      payload: { ...caller(user), service, ...payload },
    })
  }
  const language = random.pick(languages)
  add('review_started', { language, code_length: Math.round(random.around(4_000, 0.9)) })
  const analysisCount = random.whole(1, 3)
  for (const analysisType of analyses.slice(0, analysisCount)) {
    atMs += random.whole(20, 400)
    add('syntax_analysis_started', { analysis_type: analysisType, language })
    const durationMs = Math.round(random.around(900, 0.7))
    atMs += durationMs
    const results = { findings: random.whole(0, 12) }
    add('syntax_analysis_completed', { analysis_type: analysisType, duration_ms: durationMs, results })
  }
  let isSuccess = true
  for (let question = random.whole(1, 3); question > 0 && isSuccess; question -= 1) {
    const query = llmQuery(random, { atMs, user, session, prompt: 2_600, answer: 620, service })
    events.push(query.event)
    atMs += query.durationMs + random.whole(100, 900)
    isSuccess = query.event.level !== 'error'
  }
  if (!isSuccess || random.chance(0.015)) {
    const reason = isSuccess ? 'parse_error' : 'upstream_unavailable'
    add('error_occurred', { error_type: reason, error_message: 'The review could not be finished.' }, 'error')
    isSuccess = false
  }
  add('review_completed', { analysis_count: analysisCount, success: isSuccess, duration_ms: atMs - startMs })
  return events
}
