import { Random, ZipfRanks } from './random.ts'

/** An event as a gateway would POST it. */
export interface SentEvent {
  session_id: number
  event_type: string
  timestamp: string
  source: string
  level: string
  payload: Record<string, string | number>
}

const models = [
  { model: 'gpt-4o', provider: 'openai', usdPerToken: 5e-6 },
  { model: 'gpt-4o-mini', provider: 'openai', usdPerToken: 3e-7 },
  { model: 'claude-sonnet-4', provider: 'anthropic', usdPerToken: 6e-6 },
  { model: 'gemini-2.5-flash', provider: 'google', usdPerToken: 4e-7 },
  { model: 'mistral-large', provider: 'mistral', usdPerToken: 2e-6 },
  { model: 'llama-3.3-70b', provider: 'groq', usdPerToken: 6e-7 },
] as const

const paths = [
  { method: 'POST', path: '/v1/chat/completions', hasId: false },
  { method: 'GET', path: '/api/v1/users', hasId: true },
  { method: 'GET', path: '/api/v1/reviews', hasId: true },
  { method: 'POST', path: '/api/v1/reviews', hasId: false },
  { method: 'POST', path: '/v1/embeddings', hasId: false },
  { method: 'GET', path: '/api/v1/repositories', hasId: true },
  { method: 'GET', path: '/v1/models', hasId: false },
  { method: 'PUT', path: '/api/v1/settings', hasId: true },
  { method: 'POST', path: '/oauth/token', hasId: false },
  { method: 'DELETE', path: '/api/v1/sessions', hasId: true },
] as const

/** As many of each as stand here. */
const statuses = [
  200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 201, 204, 304, 400, 401, 404, 429, 500,
]
const sources = ['gateway', 'gateway', 'gateway', 'edge']

/**
 * Makes a believable stream of events, always the same for a seed: half LLM calls, half API requests, about 270
 * bytes of JSON each; users, sessions, models and paths follow Zipf's law.
 */
export class EventMaker {
  readonly #random: Random
  readonly #users: ZipfRanks
  readonly #sessions: ZipfRanks
  readonly #models: ZipfRanks
  readonly #paths: ZipfRanks

  constructor(seed: number) {
    this.#random = new Random(seed)
    this.#users = new ZipfRanks(5_000, this.#random)
    this.#sessions = new ZipfRanks(50_000, this.#random)
    this.#models = new ZipfRanks(models.length, this.#random)
    this.#paths = new ZipfRanks(paths.length, this.#random)
  }

  /** `timestamp` is RFC 3339 in UTC with milliseconds. */
  next(timestamp: string): SentEvent {
    const random = this.#random
    const isLlm = random.next() < 0.5
    const status = isLlm && random.next() < 0.98 ? 200 : (statuses[random.below(statuses.length)] ?? 200)
    return {
      session_id: 10_000 + this.#sessions.next(),
      event_type: isLlm ? 'llm_query_sent' : 'api_request',
      timestamp,
      source: sources[random.below(sources.length)] ?? 'gateway',
      level: status >= 500 ? 'error' : 'info',
      payload: {
        user_id: `user-${this.#users.next()}`,
        status,
        ...(isLlm ? this.#llmCall() : this.#request()),
      },
    }
  }

  #llmCall(): Record<string, string | number> {
    const random = this.#random
    const { model, provider, usdPerToken } = models[this.#models.next()] ?? models[0]
    const inputTokens = 1 + Math.round(random.skewed(600, 0.9))
    const outputTokens = 1 + Math.round(random.skewed(180, 0.8))
    const tokens = inputTokens + outputTokens
    return {
      model,
      provider,
      input_tokens: inputTokens,
      output_tokens: outputTokens,
      tokens_used: tokens,
      cost: Number((tokens * usdPerToken).toFixed(6)),
      latency_ms: Math.round(random.skewed(900, 0.6)),
    }
  }

  #request(): Record<string, string | number> {
    const random = this.#random
    const { method, path, hasId } = paths[this.#paths.next()] ?? paths[0]
    return {
      method,
      path: hasId ? `${path}/${1_000 + this.#users.next()}` : path,
      latency_ms: Number(random.skewed(45, 0.8).toFixed(1)),
      client_ip: `10.${random.below(4)}.${random.below(16)}.${this.#users.next() % 250}`,
      bytes_out: Math.round(random.skewed(2_400, 1)),
    }
  }
}
