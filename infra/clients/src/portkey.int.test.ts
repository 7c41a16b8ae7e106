import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { findPort } from '@weir/chaos/find-port'
import { readJournal, readTables, watchQueue } from './find-kept.ts'
import { openModel } from './model.ts'
import { readConfiguration } from './read-configuration.ts'
import { answers, runProgram } from './run-program.ts'
import { openWeir, type Weir } from './weir.ts'

const opened = new AsyncDisposableStack()
let weir: Weir
let queue: Awaited<ReturnType<typeof watchQueue>>
let gatewayUrl: string
let modelUrl: string

beforeAll(async () => {
  queue = opened.use(await watchQueue())
  weir = opened.use(await openWeir())
  modelUrl = opened.use(await openModel()).url
  const port = await findPort()
  const entry = createRequire(import.meta.url).resolve('@portkey-ai/gateway/build/start-server.js')
  opened.use(await runProgram(process.execPath, [entry, `--port=${port}`, '--headless'], () => answers(port)))
  gatewayUrl = `http://127.0.0.1:${port}/v1`
})

afterAll(async () => {
  await opened.disposeAsync()
})

/** The configuration of the documentation, as a client sends it. */
function configure(provider: string, providerKey: string): string {
  const [lines = ''] = readConfiguration('portkey', 'json', {
    '"openai"': JSON.stringify(provider),
    'YOUR-PROVIDER-KEY': providerKey,
    'http://127.0.0.1:8001': weir.url,
    'YOUR-KEY': weir.key,
  })
  return JSON.stringify({ ...JSON.parse(lines), custom_host: modelUrl })
}

async function call(path: string, model: string, headers: Record<string, string>): Promise<void> {
  const response = await fetch(`${gatewayUrl}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-portkey-metadata': '{"_user":"u1","env":"prod"}',
      ...headers,
    },
    body: JSON.stringify({ model, max_tokens: 10, messages: [{ role: 'user', content: 'hello' }] }),
  })
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('usage')])
}

const createProviderKey = (prefix: string): string => `${prefix}${randomBytes(24).toString('hex')}`

test("a call through Portkey is stored, and the provider's key nowhere", async () => {
  const openAiKey = createProviderKey('sk-proj-')
  const anthropicKey = createProviderKey('sk-ant-api03-')
  const plainKey = createProviderKey('')
  await call('/chat/completions', 'gpt-4o', {
    'x-portkey-config': configure('openai', openAiKey),
    'x-portkey-trace-id': 'trace-of-openai',
  })
  await call('/messages', 'claude-sonnet-4-5', {
    'x-portkey-config': configure('anthropic', anthropicKey),
    'x-portkey-trace-id': 'trace-of-anthropic',
    authorization: `Bearer ${plainKey}`,
    'x-portkey-api-key': plainKey,
  })
  const journal = await readJournal(weir)
  const events = await weir.waitForEvents('portkey', 2)
  expect(events).toHaveLength(2)
  expect(events.find((event) => event['session_id'] === 'trace-of-openai')).toMatchObject({
    event_type: 'llm_query_sent',
    event_key: 'portkey:chatcmpl-1',
    user_id: 'u1',
    status_code: 200,
    llm_provider: 'openai',
    llm_model: 'gpt-4o-2024-08-06',
    llm_request_model: 'gpt-4o',
    llm_operation: 'chatComplete',
    input_tokens: 1_000,
    output_tokens: 200,
    cached_tokens: 400,
    reasoning_tokens: 64,
    total_tokens: 1_200,
    finish_reason: 'stop',
    payload: { metadata: { env: 'prod' } },
  })
  expect(events.find((event) => event['session_id'] === 'trace-of-anthropic')).toMatchObject({
    llm_provider: 'anthropic',
    llm_operation: 'messages',
    input_tokens: 85,
    output_tokens: 3,
    cached_tokens: 70,
    cache_write_tokens: 5,
    total_tokens: 88,
    finish_reason: 'end_turn',
  })
  const kept = {
    journal: journal.join('\n'),
    queue: queue.readTexts().join('\n'),
    database: (await readTables(weir.pool)).join('\n'),
    logs: await weir.readLogs(),
  }
  // Who looks in the wrong place finds no key either.
  for (const place of ['journal', 'queue', 'database'] as const) {
    for (const trace of ['trace-of-openai', 'trace-of-anthropic']) {
      expect([place, kept[place].includes(trace)]).toEqual([place, true])
    }
  }
  expect(kept.logs).toContain('/log')
  for (const [place, text] of Object.entries(kept)) {
    for (const key of [openAiKey, anthropicKey, plainKey, weir.key]) {
      expect([place, key, text.includes(key)]).toEqual([place, key, false])
      expect([place, key, text.includes(Buffer.from(key).toString('base64').slice(4, -4))]).toEqual([
        place,
        key,
        false,
      ])
    }
  }
  expect(await weir.findTroubles()).toEqual([])
})
