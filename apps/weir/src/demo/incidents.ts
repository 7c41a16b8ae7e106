import { atClock, type Day } from './calendar.ts'
import type { DemoEvent } from './demo-event.ts'
import { llmQuery } from './llm-query.ts'
import { caller, costlyUser, somebody } from './people.ts'
import type { Random } from './random.ts'

const service = 'accounts'

/** Somebody logs in, perhaps at the second try. */
export function login(random: Random, atMs: number): DemoEvent[] {
  const user = somebody(random)
  const tries = random.chance(0.08) ? 2 : 1
  return Array.from({ length: tries }, (_none, index): DemoEvent => {
    const isSuccess = index === tries - 1
    return {
      atMs: atMs + index * 7_000,
      event_type: 'authentication',
      source: 'gateway',
      level: isSuccess ? 'info' : 'warning',
      payload: {
        ...caller(user),
        service,
        action: isSuccess ? 'login' : 'failed_login',
        status: isSuccess ? 200 : 401,
        risk_score: isSuccess ? 5 : 25,
      },
    }
  })
}

/** Friday night: one address tries the passwords of many accounts, until it is blocked. */
export function passwordGuessing(random: Random, day: Day): DemoEvent[] {
  if (day.weekday !== 5) return []
  const address = { client_ip: '203.0.113.254', user_agent: 'unknown', country: 'ZZ', service }
  const tries = 320
  const startMs = atClock(day, 2, 10)
  const guesses = Array.from({ length: tries }, (_none, index): DemoEvent => ({
    atMs: startMs + index * 5_000 + random.whole(0, 4_000),
    event_type: 'authentication',
    source: 'gateway',
    level: 'warning',
    payload: {
      ...address,
      user_id: somebody(random),
      action: 'failed_login',
      status: 401,
      risk_score: Math.min(95, 40 + index),
    },
  }))
  const blocked: DemoEvent = {
    atMs: startMs + tries * 5_000,
    event_type: 'security_event',
    source: 'gateway',
    level: 'error',
    payload: { ...address, action: 'address_blocked', risk_score: 95, message: `${tries} failed logins` },
  }
  return [...guesses, blocked]
}

/** Each working night one user sends long documents to an expensive model, and now and then too many of them. */
export function costlyNightJob(random: Random, day: Day, session: string): DemoEvent[] {
  if (day.weekday === 0 || day.weekday === 6) return []
  const events: DemoEvent[] = []
  let atMs = atClock(day, 1, random.whole(0, 20))
  for (let document = 0; document < 130; document += 1) {
    const query = llmQuery(random, {
      atMs,
      user: costlyUser,
      session,
      prompt: 38_000,
      answer: 1_400,
      service: 'batch-summaries',
      model: 'gpt-4o',
    })
    events.push(query.event)
    atMs += query.durationMs + random.whole(2_000, 20_000)
    if (random.chance(0.15)) events.push(tooMany(atMs, session))
  }
  return events
}

function tooMany(atMs: number, session: string): DemoEvent {
  return {
    atMs,
    event_type: 'rate_limit_violation',
    source: 'llm-gateway',
    level: 'warning',
    session_id: session,
    payload: {
      ...caller(costlyUser),
      service: 'batch-summaries',
      route: '/v1/chat/completions',
      method: 'POST',
      status: 429,
      risk_score: 30,
      limit_per_minute: 20,
    },
  }
}
