import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { listRoutes } from '@weir/http/testing'
import { startTestProducer, type TestProducer } from './testing.ts'

let producer: TestProducer
beforeAll(async () => {
  producer = await startTestProducer()
})
afterAll(async () => {
  await producer[Symbol.asyncDispose]()
})

const good = '{"event_type":"good"}'

async function readMetrics(from: TestProducer): Promise<string> {
  const answer = await from.send({ path: '/metrics' }, '')
  expect(answer.status).toBe(200)
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
  return answer.text
}

/** The series of a metric: its labels and its value. */
function seriesOf(metrics: string, name: string): [labels: string, value: number][] {
  return metrics.split('\n').flatMap((line) => {
    const [, labels, value] = new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`).exec(line) ?? []
    return value === undefined ? [] : [[labels ?? '', Number(value)] satisfies [string, number]]
  })
}

test('/health is open to all, and says of a key whether it is valid', async () => {
  const health = async (key: string) => (await producer.send({ path: '/health' }, key)).json
  expect(await health('')).toEqual({ status: 'ok', service: 'producer' })
  expect(await health(producer.key.ingest)).toEqual({ status: 'ok', service: 'producer', key_valid: true })
  expect(await health('wrong')).toEqual({ status: 'ok', service: 'producer', key_valid: false })
})

test('/health/ready says what is ready, and is not when the producer stops', async () => {
  let isStopping = false
  await using stopping = await startTestProducer({ isStopping: () => isStopping })
  expect(await stopping.send({ path: '/health/ready' }, '')).toMatchObject({
    status: 200,
    json: { status: 'ready', checks: { keys: true, journal: true, running: true } },
  })
  isStopping = true
  const answer = await stopping.send({ path: '/health/ready' }, '')
  expect([answer.status, answer.kind]).toEqual([503, 'temporary-reduced-capacity'])
  expect(answer.headers['retry-after']).toBeDefined()
  expect(answer.json['detail']).toContain('running')
})

test('/queue/status counts batches between acknowledgement and database', async () => {
  await producer.post(good)
  const { status, json } = await producer.send({ path: '/queue/status' })
  expect(status).toBe(200)
  expect(json).toEqual({
    queue_size: expect.any(Number),
    waiting: expect.any(Number),
    active: 0,
    delayed: 0,
    failed: 0,
    oldest_seconds: 0,
    journal: {
      bytes: expect.any(Number),
      unconfirmed_batches: expect.any(Number),
      oldest_seconds: expect.any(Number),
    },
  })
  expect((json['journal'] as { bytes: number }).bytes).toBeGreaterThan(0)
})

test('/queue/status needs a key, and says so when the queue cannot be reached', async () => {
  expect((await producer.send({ path: '/queue/status' }, '')).status).toBe(401)
  expect((await producer.send({ path: '/queue/status' }, producer.key.read)).status).toBe(403)
  const away = () => Promise.reject(new Error('connection refused'))
  await using alone = await startTestProducer({
    queue: { counts: away, oldestWaitingAtMs: away, redisFacts: away },
  })
  const answer = await alone.send({ path: '/queue/status' })
  expect([answer.status, answer.kind]).toEqual([503, 'temporary-reduced-capacity'])
  expect(answer.text).not.toContain('connection refused')
  // Metrics go on without the queue.
  const metrics = await readMetrics(alone)
  expect(seriesOf(metrics, 'queue_size')).toEqual([['', Number.NaN]])
  expect(seriesOf(metrics, 'weir_redis_memory_bytes')).toEqual([['', Number.NaN]])
})

test('metrics count requests by route and events by type, exactly', async () => {
  await using fresh = await startTestProducer()
  await fresh.post('[{"event_type":"api_request","source":"gateway"},{"event_type":"made_up"},{}]')
  await fresh.post('{"event_type":"llm_query_sent","payload":{"provider":"openai","model":"gpt-4o"}}')
  await fresh.post('{')
  await fresh.send({ path: '/nope' })
  await fresh.send({ method: 'POST', path: '/log', body: good }, '')
  const metrics = await readMetrics(fresh)
  expect(new Map(seriesOf(metrics, 'api_requests_total'))).toEqual(
    new Map([
      ['method="POST",route="/log",status_code="202"', 2],
      ['method="POST",route="/log",status_code="400"', 1],
      ['method="POST",route="/log",status_code="401"', 1],
      ['method="GET",route="unmatched",status_code="404"', 1],
    ]),
  )
  expect(new Map(seriesOf(metrics, 'log_events_total'))).toEqual(
    new Map([
      ['event_type="api_request",source="gateway"', 1],
      ['event_type="other",source="native"', 1],
      ['event_type="llm_query_sent",source="native"', 1],
    ]),
  )
  expect(seriesOf(metrics, 'llm_queries_total')).toEqual([['provider="openai",model="gpt-4o"', 1]])
  expect(seriesOf(metrics, 'weir_events_accepted_total')).toEqual([['', 3]])
  expect(seriesOf(metrics, 'request_duration_seconds_count')).toContainEqual([
    'method="POST",route="/log"',
    4,
  ])
})

test('every metric that the producer has is there under its name', async () => {
  await producer.post('{"event_type":"llm_query_sent","payload":{"model":"m"}}')
  const metrics = await readMetrics(producer)
  const names = new Set([...metrics.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name))
  for (const name of [
    'api_requests_total',
    'log_events_total',
    'queue_size',
    'request_duration_seconds',
    'llm_queries_total',
    'weir_events_accepted_total',
    'weir_journal_bytes',
    'weir_journal_oldest_seconds',
    'weir_queue_oldest_seconds',
    'weir_redis_memory_bytes',
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
  ]) {
    expect(names).toContain(name)
  }
})

test('no sender can make more than a bounded number of series', async () => {
  await using fresh = await startTestProducer()
  const invented = (index: number) => ({
    event_type: `type_${index}`,
    source: `source ${index}\n"quoted"\\`,
    payload: { model: `model-${index}`, provider: `provider\t${index}`, method: 'GET', path: `/p/${index}` },
  })
  await fresh.post(JSON.stringify(Array.from({ length: 500 }, (_unused, index) => invented(index))))
  for (let index = 0; index < 150; index += 1) {
    await fresh.send({ path: `/nope/${index}` }, '')
    await fresh
      .send({ method: `X${String.fromCodePoint(65 + (index % 26))}${'Q'.repeat(index % 7)}`, path: '/log' })
      .catch(() => undefined)
  }
  const metrics = await readMetrics(fresh)
  const valuesOf = (name: string, label: string) =>
    new Set(
      seriesOf(metrics, name).map(
        ([labels]) => new RegExp(`${label}="((?:[^"\\\\]|\\\\.)*)"`).exec(labels)?.[1],
      ),
    ).size
  expect(valuesOf('log_events_total', 'event_type')).toBe(1)
  expect(valuesOf('log_events_total', 'source')).toBe(101)
  expect(valuesOf('llm_queries_total', 'model')).toBe(101)
  expect(valuesOf('llm_queries_total', 'provider')).toBe(101)
  expect(valuesOf('api_requests_total', 'route')).toBeLessThanOrEqual(3)
  expect(valuesOf('api_requests_total', 'method')).toBeLessThanOrEqual(3)
  expect(metrics.split('\n').length).toBeLessThan(1_000)
})

test('every metric has a help text, a type, and a name that says its unit', async () => {
  const metrics = await readMetrics(producer)
  const types = [...metrics.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type]) => ({ name, type }))
  expect(types.length).toBeGreaterThan(20)
  for (const { name, type } of types) {
    expect(metrics).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'))
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
    expect({ name, isCounter: type === 'counter' }).toEqual({ name, isCounter: name.endsWith('_total') })
    expect(name).not.toMatch(/_(?:ms|milliseconds|kb|mb|minutes|hours)(?:_|$)/)
  }
})

const linter = 'promtool'

/** What promtool says of metrics; undefined where there is no promtool. */
async function lint(metrics: string): Promise<string | undefined> {
  const promtool = spawn(linter, ['check', 'metrics'])
  const missing = once(promtool, 'error').then(() => undefined)
  promtool.stdin.on('error', () => undefined)
  promtool.stdin.end(metrics)
  return Promise.race([
    missing,
    Promise.all([text(promtool.stdout), text(promtool.stderr)]).then((outputs) => outputs.join('')),
  ])
}

test('promtool, where it is installed, has nothing to say', async () => {
  await producer.post('{"event_type":"llm_query_sent","payload":{"model":"m"}}')
  expect((await lint(await readMetrics(producer))) ?? '').toBe('')
})

test('/metrics can be switched off', async () => {
  await using silent = await startTestProducer({ config: { hasMetrics: false } })
  expect((await silent.send({ path: '/metrics' }, '')).status).toBe(404)
})

test('/openapi.json describes every route, to all', async () => {
  const { status, json } = await producer.send({ path: '/openapi.json' }, '')
  expect(status).toBe(200)
  expect(json['openapi']).toMatch(/^3\.1/)
  const served = listRoutes(producer.app)
    .filter((route) => /^(?:GET|POST|PUT|DELETE) /.test(route))
    .map((route) => (route.split(' ')[1] ?? '').replaceAll(/:(\w+)/g, '{$1}'))
    .filter((path) => path !== '/openapi.json')
  expect(Object.keys(json['paths'] as object).toSorted()).toEqual([...new Set(served)].toSorted())
})

test('/openapi.json gives every route one of its headings', async () => {
  const { json } = await producer.send({ path: '/openapi.json' }, '')
  // The document is ours: it has both.
  const { tags: headings, paths } = json as {
    tags: { name: string; description: string }[]
    paths: Record<string, Record<string, { tags: string[] }>>
  }
  const names = headings.map(({ name }) => name)
  expect(names[0]).toBe('Events')
  expect(new Set(names).size).toBe(names.length)
  const routes = Object.values(paths).flatMap((methods) => Object.values(methods))
  for (const { tags } of routes) expect([tags, tags.length]).toEqual([tags, 1])
  expect(new Set(routes.flatMap(({ tags }) => tags))).toEqual(new Set(names))
})
