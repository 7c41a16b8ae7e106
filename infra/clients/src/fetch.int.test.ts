import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openWeir, type Weir } from './weir.ts'

let weir: Weir

beforeAll(async () => {
  weir = await openWeir()
})

afterAll(async () => {
  await weir[Symbol.asyncDispose]()
})

test('an event that fetch posts is stored as it was sent', async () => {
  const response = await fetch(`${weir.url}/log`, {
    method: 'POST',
    headers: { authorization: `Bearer ${weir.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      event_type: 'llm_query_sent',
      source: 'fetch',
      session_id: 123,
      payload: { model: 'gpt-4o', tokens_used: 1299, cost: 0.0123, latency_ms: 873, tone: 'polite' },
    }),
  })
  expect(response.status).toBe(202)
  const [event, ...others] = await weir.waitForEvents('fetch', 1)
  expect(event).toMatchObject({
    event_type: 'llm_query_sent',
    session_id: '123',
    llm_model: 'gpt-4o',
    total_tokens: 1299,
    cost_usd: '0.0123',
    duration_ms: 873,
    payload: { tone: 'polite' },
  })
  expect(others).toEqual([])
  expect(await weir.findTroubles()).toEqual([])
})
