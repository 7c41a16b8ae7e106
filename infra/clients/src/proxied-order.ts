import { expect } from '@jest/globals'
import type { StoredEvent } from './weir.ts'

/** The request that each gateway is sent, and which its log is to say back, quotes and all. */
export async function postOrder(port: number, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/orders/17?colour="red"`, {
    method: 'POST',
    headers: {
      'user-agent': 'a "quoted" client',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      ...headers,
    },
    body: 'twelve bytes',
  })
  expect(response.status).toBe(200)
}

/** What is stored of it, whichever gateway it went through. */
export const orderFields = {
  event_type: 'api_request',
  category: 'api',
  method: 'POST',
  path: '/orders/17',
  status_code: 200,
  client_ip: '127.0.0.1',
  user_agent: 'a "quoted" client',
  trace_id: '0af7651916cd43dd8448eb211c80319c',
  span_id: 'b7ad6b7169203331',
  duration_ms: expect.any(Number),
}

/** Expects that an event is of a time between then and now; a gateway's clock may be coarser than ours. */
export function expectSince(event: StoredEvent | undefined, beganAtMs: number): void {
  expect(Number(event?.['occurred_at'])).toBeGreaterThanOrEqual(beganAtMs - 10)
  expect(Number(event?.['occurred_at'])).toBeLessThanOrEqual(Date.now())
}
