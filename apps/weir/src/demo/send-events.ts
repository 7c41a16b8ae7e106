import { backoffMs, sleep } from '@weir/runtime'
import { z } from 'zod'
import type { SentEvent } from './demo-day.ts'

interface SendOptions {
  producerUrl: string
  key: string
  signal: AbortSignal
  onSent: (events: number) => void
}

const eventsPerRequest = 500
const senders = 2
const attempts = 8
const acceptedBody = z.object({ accepted: z.number() })

/**
 * Posts events in the order they come, 500 a request; one that fails is sent again, which counts nothing twice
 * since each event has its id. Throws when a request is refused or fails for good.
 */
export async function sendEvents(events: readonly SentEvent[], options: SendOptions): Promise<void> {
  let next = 0
  const send = async (): Promise<void> => {
    while (next < events.length && !options.signal.aborted) {
      const part = events.slice(next, next + eventsPerRequest)
      next += part.length
      options.onSent(await post(part, options))
    }
  }
  await Promise.all(Array.from({ length: senders }, send))
}

async function post(
  events: readonly SentEvent[],
  { producerUrl, key, signal }: SendOptions,
): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await tryPost(`${producerUrl}/log`, key, JSON.stringify(events))
    if (answer.accepted !== undefined) return answer.accepted
    // The key is new: the producer hears of it a moment later.
    const isPassing = answer.status === undefined || [401, 429, 503].includes(answer.status)
    if (!isPassing || attempt === attempts || signal.aborted) {
      throw new Error(`The producer does not take the demo's events: ${answer.reason}`)
    }
    await sleep(backoffMs(attempt, { baseMs: 200, maxMs: 5_000 }), signal)
  }
}

async function tryPost(
  url: string,
  key: string,
  body: string,
): Promise<{ accepted?: number; status?: number; reason: string }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'X-API-Key': key, 'Content-Type': 'application/json' },
      body,
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    if (!response.ok) return { status: response.status, reason: text }
    return { accepted: acceptedBody.parse(JSON.parse(text)).accepted, status: response.status, reason: '' }
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) }
  }
}
