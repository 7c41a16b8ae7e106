import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { until } from '@weir/chaos/wait'
import { createWeir, type Post, type Weir, type WeirOptions } from '@weir/client'
import { openWeir, type RunningWeir } from './open-weir.ts'

// The client against the real Weir: what it says was delivered is stored, and stored once, whatever happens between.

let running: RunningWeir
const patienceMs = 90_000

beforeAll(async () => {
  running = await openWeir()
}, patienceMs)
afterAll(async () => {
  await running[Symbol.asyncDispose]()
})

interface Tracked {
  weir: Weir
  /** The ids of events that were reported as delivered. */
  delivered: string[]
}

function open(options: WeirOptions = {}): Tracked {
  const delivered: string[] = []
  const weir = createWeir({
    url: running.url,
    apiKey: running.apiKey,
    flushOnExit: false,
    batchMs: 10,
    batchEvents: 50,
    requestTimeoutMs: 5_000,
    onError: () => undefined,
    onDelivered: ({ eventIds }) => delivered.push(...eventIds),
    ...options,
  })
  return { weir, delivered }
}

/** How often each event of a source is stored, by the id that the client gave it. */
async function countStored(source: string): Promise<Map<string, number>> {
  const { rows } = await running.installation.pool.query<{ event_key: string; count: number }>(
    'select event_key, count(*)::int as count from log_events where source = $1 group by event_key',
    [source],
  )
  return new Map(rows.map(({ event_key: key, count }) => [key, count]))
}

/** Flushes until nothing is left; each time the client tries at once. */
async function deliverAll(weir: Weir): Promise<void> {
  await until('everything is settled', patienceMs, () => weir.flush(200))
}

async function expectStoredOnce(source: string, ids: readonly string[]): Promise<void> {
  await until('all are stored', patienceMs, async () => (await countStored(source)).size >= ids.length)
  const stored = await countStored(source)
  expect(new Set(stored.values())).toEqual(new Set([1]))
  expect([...stored.keys()].toSorted()).toEqual(ids.toSorted())
}

test('each kind of event is stored with its fields', async () => {
  const { weir } = open({ source: 'kinds', service: 'shop' })
  weir.logInfo('stored', 'cart', { requestId: 'r1' })
  weir.logError(new TypeError('broken'), 'cart')
  weir.logLlmQuery({
    sessionId: 7,
    userId: 'u1',
    apiKeyId: 'team-a',
    provider: 'openai',
    model: 'gpt-4o',
    inputTokens: 1_000,
    outputTokens: 299,
    cachedTokens: 400,
    cost: '0.012345678901',
    durationMs: 873.5,
    ttftMs: 120.25,
    finishReason: 'stop',
    cacheHit: false,
  })
  weir.logApiCall({
    method: 'get',
    path: '/users/17',
    route: '/users/:id',
    statusCode: 503,
    durationMs: 12.5,
    clientIp: '10.1.2.3',
    bytesIn: 5,
    bytesOut: 6,
  })
  weir.logSecurityEvent({
    securityType: 'IP_BLOCKED',
    description: 'blocked',
    severity: 'HIGH',
    riskScore: 75,
  })
  weir.logReviewStarted({ userId: 'u1', language: 'ts', codeLength: 10 })
  weir.logAnalysisCompleted({ results: { issues: [1, 2] } })
  weir.logEvent('order placed', { total: 12.5, model: 'not a call' }, { sessionId: 's1' })
  expect(await weir.shutdown()).toBe(true)

  const read = async () =>
    (
      await running.installation.pool.query<Record<string, unknown>>(
        `select event_type, level, category, service, component, message, session_id, user_id, request_id, llm_provider,
           llm_model, input_tokens, output_tokens, cached_tokens, total_tokens, cost_usd::text, duration_ms, ttft_ms,
           finish_reason, cache_hit, method, path, route, status_code, client_ip::text, bytes_in, bytes_out, action,
           risk_score, error_type, error_message, api_key_id, payload
         from log_events where source = 'kinds' order by event_key`,
      )
    ).rows
  await until('they are stored', patienceMs, async () => (await read()).length === 8)
  expect(await read()).toMatchObject([
    {
      event_type: 'log',
      level: 'info',
      service: 'shop',
      component: 'cart',
      message: 'stored',
      request_id: 'r1',
    },
    {
      event_type: 'error_occurred',
      level: 'error',
      error_type: 'TypeError',
      error_message: 'broken',
      payload: { stack: expect.stringContaining('TypeError: broken') },
    },
    {
      event_type: 'llm_query_sent',
      category: 'llm',
      session_id: '7',
      user_id: 'u1',
      llm_provider: 'openai',
      llm_model: 'gpt-4o',
      input_tokens: 1_000,
      output_tokens: 299,
      cached_tokens: 400,
      total_tokens: 1_299,
      cost_usd: expect.stringMatching(/^0\.012345678901/),
      duration_ms: 873.5,
      ttft_ms: 120.25,
      finish_reason: 'stop',
      cache_hit: false,
      api_key_id: 'team-a',
    },
    {
      event_type: 'api_request',
      category: 'api',
      level: 'error',
      method: 'GET',
      path: '/users/17',
      route: '/users/:id',
      status_code: 503,
      duration_ms: 12.5,
      client_ip: expect.stringMatching(/^10\.1\.2\.3/),
    },
    {
      event_type: 'security_event',
      category: 'security',
      level: 'error',
      action: 'SECURITY_EVENT',
      message: 'blocked',
      risk_score: 75,
      payload: { severity: 'HIGH', security_type: 'IP_BLOCKED' },
    },
    { event_type: 'review_started', user_id: 'u1', payload: { language: 'ts', code_length: 10 } },
    { event_type: 'syntax_analysis_completed', payload: { results: { issues: [1, 2] } } },
    { event_type: 'order_placed', session_id: 's1', payload: { total: 12.5 } },
  ])
})

test('whatever values an event has, Weir takes it', async () => {
  const { weir, delivered } = open({ source: 'odd' })
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  let deep: unknown = 1
  for (let i = 0; i < 100; i += 1) deep = { deep }
  const odd = [
    'nul \u0000, half \ud800, line\nbreak, emoji 😀',
    2 ** 60,
    -(2 ** 70),
    1e300,
    5e-324,
    Number.NaN,
    12345678901234567890n,
    new Date(NaN),
    circular,
    deep,
    Array.from({ length: 5_000 }, (_unused, i) => i),
    'x'.repeat(500_000),
    new Map([['a', new Error('inside')]]),
    JSON.parse('{"__proto__":1,"constructor":{"prototype":1}}') as unknown,
  ]
  for (const value of odd) {
    weir.log({ eventType: 'odd', value, nested: { value }, payload: { value } })
    weir.log({ eventType: 'odd', userId: String(value), sessionId: String(value), message: String(value) })
    weir.logEvent(String(value), { value })
  }
  expect(await weir.shutdown()).toBe(true)
  expect(weir.stats()).toMatchObject({ dropped: 0, delivered: odd.length * 3 })
  await expectStoredOnce('odd', delivered)
}, 120_000)

test('events whose answers are lost are stored once', async () => {
  let attempts = 0
  let lost = 0
  // Every third answer does not come back, although Weir took the events; every seventh request does not arrive.
  const post: Post = async (body, headers) => {
    attempts += 1
    if (attempts % 7 === 0) throw new Error('not sent')
    const response = await fetch(running.directUrl, { method: 'POST', body, headers: { ...headers } })
    const text = await response.text()
    if (attempts % 3 === 0) {
      lost += 1
      throw new Error('the answer was lost')
    }
    return { status: response.status, retryAfter: undefined, body: text }
  }
  const { weir, delivered } = open({ source: 'lost-answers', post })
  for (let i = 0; i < 1_000; i += 1) weir.log({ eventType: 'counted', n: i })
  await deliverAll(weir)
  expect(lost).toBeGreaterThan(5)
  expect(weir.stats()).toMatchObject({ delivered: 1_000, dropped: 0, pending: 0 })
  await expectStoredOnce('lost-answers', delivered)
  await weir.shutdown()
}, 120_000)

test('events that are logged while connections are cut and the producer is killed are stored once', async () => {
  const { weir, delivered } = open({ source: 'killed' })
  const { producer } = running.installation.services
  const log = (from: number) => {
    for (let i = from; i < from + 500; i += 1) weir.log({ eventType: 'counted', n: i })
  }
  log(0)
  await until('some are delivered', patienceMs, () => weir.stats().delivered > 0)
  await running.gate.shut()
  log(500)
  await weir.flush(300)
  await running.gate.open()
  log(1_000)
  await until(
    'more are delivered',
    patienceMs,
    async () => (await weir.flush(50)) || weir.stats().delivered > 700,
  )
  await producer.kill()
  log(1_500)
  await weir.flush(300)
  await producer.start()
  await deliverAll(weir)
  expect(weir.stats()).toMatchObject({ logged: 2_000, delivered: 2_000, dropped: 0 })
  await expectStoredOnce('killed', delivered)
  await weir.shutdown()
}, 180_000)

test('a wrong key keeps events until the right one is there, and a refused event is told of', async () => {
  const errors: string[] = []
  const { weir } = open({
    source: 'wrong-key',
    apiKey: 'wk_wrong',
    onError: ({ message }) => errors.push(message),
  })
  weir.logInfo('kept')
  expect(await weir.flush(300)).toBe(false)
  expect(weir.stats()).toMatchObject({ pending: 1, dropped: 0 })
  expect(errors).toEqual([expect.stringContaining('401')])
  await weir.shutdown(0)

  const details: string[] = []
  const right = open({ source: 'refused', onDropped: (dropped) => details.push(...(dropped.details ?? [])) })
  right.weir.log({ eventType: 'old', timestamp: '2001-01-01T00:00:00Z' })
  right.weir.log({ eventType: 'now' })
  expect(await right.weir.shutdown()).toBe(true)
  expect(right.weir.stats()).toMatchObject({ delivered: 1, droppedBy: { rejected: 1 } })
  expect(details).toEqual([expect.stringContaining('days back')])
  await expectStoredOnce('refused', right.delivered)
})

test('what a killed process had spooled is delivered by the next one, once', async () => {
  const spool = join(running.directory, 'spool')
  const options = {
    url: running.url,
    apiKey: running.apiKey,
    source: 'spooled',
    batchMs: 5,
    batchEvents: 50,
    spool: { directory: spool },
  }
  const program = `
    import { createWeir } from '@weir/client'
    const weir = createWeir({ ...${JSON.stringify(options)}, onError() {} })
    for (let n = 0; n < 1000; n += 1) weir.log({ eventType: 'counted', eventId: 'spooled-' + n })
    while (weir.stats().pending > 0) await new Promise((resolve) => setTimeout(resolve, 1))
    process.kill(process.pid, 'SIGKILL')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  // The listener's arguments.
  expect((await once(child, 'close'))[1]).toBe('SIGKILL')
  const { weir } = open(options)
  const ids = Array.from({ length: 1_000 }, (_unused, n) => `spooled-${n}`)
  await expectStoredOnce('spooled', ids)
  await deliverAll(weir)
  expect(weir.stats()).toMatchObject({ spooled: 0, dropped: 0 })
  await weir.shutdown()
}, 120_000)
