import { isOutage } from './calendar.ts'
import type { DemoEvent } from './demo-event.ts'
import { caller, keyOf } from './people.ts'
import type { Random } from './random.ts'

interface Model {
  provider: string
  model: string
  weight: number
  /** USD for a million tokens; undefined for a model that nobody is billed for. */
  price: { input: number; output: number; cached: number } | undefined
  msPerToken: number
  firstTokenMs: number
}

const models: readonly [Model, ...Model[]] = [
  {
    provider: 'openai',
    model: 'gpt-4o-mini',
    weight: 42,
    price: { input: 0.15, output: 0.6, cached: 0.075 },
    msPerToken: 8,
    firstTokenMs: 320,
  },
  {
    provider: 'openai',
    model: 'gpt-4o',
    weight: 20,
    price: { input: 2.5, output: 10, cached: 1.25 },
    msPerToken: 13,
    firstTokenMs: 480,
  },
  {
    provider: 'anthropic',
    model: 'claude-sonnet-4',
    weight: 18,
    price: { input: 3, output: 15, cached: 0.3 },
    msPerToken: 15,
    firstTokenMs: 700,
  },
  {
    provider: 'google',
    model: 'gemini-2.5-flash',
    weight: 14,
    price: { input: 0.3, output: 2.5, cached: 0.075 },
    msPerToken: 5,
    firstTokenMs: 380,
  },
  {
    provider: 'local',
    model: 'llama-3.1-8b',
    weight: 6,
    price: undefined,
    msPerToken: 22,
    firstTokenMs: 190,
  },
]

export interface Query {
  atMs: number
  user: string
  session: string
  /** Tokens of the prompt, roughly. */
  prompt: number
  /** Tokens of the answer, roughly. */
  answer: number
  service: string
  model?: string
}

/** A call of a language model, and how long it took. */
export function llmQuery(random: Random, query: Query): { event: DemoEvent; durationMs: number } {
  const model = models.find(({ model: name }) => name === query.model) ?? random.weighted(models)
  const failed =
    isOutage(query.atMs) && model.provider === 'openai' ? random.chance(0.7) : random.chance(0.006)
  const input = Math.max(20, Math.round(random.around(query.prompt, 0.5)))
  const output = failed ? 0 : Math.max(5, Math.round(random.around(query.answer, 0.6)))
  const cached = random.chance(0.35) ? Math.floor(input * 0.6) : 0
  const firstTokenMs = Math.round(random.around(model.firstTokenMs, 0.35))
  const durationMs = failed
    ? Math.round(random.around(9_000, 0.3))
    : Math.round(firstTokenMs + output * random.around(model.msPerToken, 0.2))
  const payload = {
    ...caller(query.user),
    api_key_id: keyOf(query.user, query.service),
    service: query.service,
    component: 'llm-gateway',
    method: 'POST',
    route: '/v1/chat/completions',
    provider: model.provider,
    model: model.model,
    operation: 'chat',
    status: failed ? 503 : 200,
    input_tokens: input,
    output_tokens: output,
    cached_tokens: cached,
    ...(model.price === undefined || failed ? {} : { cost: costOf(model.price, input, output, cached) }),
    latency_ms: durationMs,
    ...(failed
      ? { error_type: 'upstream_unavailable', error_message: 'The provider answered 503.' }
      : { ttft_ms: firstTokenMs, finish_reason: random.chance(0.04) ? 'length' : 'stop' }),
  }
  const event: DemoEvent = {
    atMs: query.atMs,
    event_type: 'llm_query_sent',
    source: 'llm-gateway',
    level: failed ? 'error' : 'info',
    session_id: query.session,
    payload,
  }
  return { event, durationMs }
}

function costOf(price: NonNullable<Model['price']>, input: number, output: number, cached: number): string {
  const dollars = ((input - cached) * price.input + cached * price.cached + output * price.output) / 1_000_000
  return dollars.toFixed(8)
}
