import type { DemoEvent } from './demo-event.ts'
import { llmQuery } from './llm-query.ts'
import { caller, somebody } from './people.ts'
import type { Random } from './random.ts'

/** Somebody talks with an assistant: each question carries the conversation so far. */
export function chat(random: Random, startMs: number, session: string): DemoEvent[] {
  const events: DemoEvent[] = []
  const user = somebody(random)
  const turns = random.whole(2, 13)
  let atMs = startMs
  for (let turn = 0; turn < turns; turn += 1) {
    const { event, durationMs } = llmQuery(random, {
      atMs,
      user,
      session,
      prompt: 250 + turn * 320,
      answer: 260,
      service: 'assistant',
    })
    events.push(event)
    atMs += durationMs + random.whole(8_000, 70_000)
    if (random.chance(0.09)) events.push(feedback(random, event, atMs, user, session))
  }
  return events
}

function feedback(random: Random, query: DemoEvent, atMs: number, user: string, session: string): DemoEvent {
  return {
    atMs: atMs - random.whole(1_000, 6_000),
    event_type: 'llm_feedback_received',
    source: 'assistant',
    session_id: session,
    payload: {
      ...caller(user),
      service: 'assistant',
      provider: query.payload['provider'],
      model: query.payload['model'],
      rating: random.chance(0.8) ? 'good' : 'bad',
      feedback_length: random.whole(0, 240),
    },
  }
}
