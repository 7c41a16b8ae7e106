import { Client, type ClientConfig } from 'pg'
import { backoffMs, sleep } from '@weir/runtime'

/** What is told of as changed. */
export type Channel = 'weir_api_keys' | 'weir_redaction'

/**
 * Calls `onChange` when what the channel is about was changed, and each time the connection was made anew, because what happened
 * in between was not heard. Returns when `signal` is aborted; a lost connection is only ever replaced.
 */
export async function listenForChanges(
  config: ClientConfig,
  channel: Channel,
  onChange: () => void,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    const wasConnected = await listenOnce(config, channel, onChange, signal)
    failures = wasConnected ? 1 : failures + 1
    await sleep(backoffMs(failures, { baseMs: 100, maxMs: 5_000 }), signal)
  }
}

/** Listens until the connection or the signal ends. Whether there was a connection. */
async function listenOnce(
  config: ClientConfig,
  channel: Channel,
  onChange: () => void,
  signal: AbortSignal,
): Promise<boolean> {
  const client = new Client(config)
  let isConnected = false
  // What an error ends is waited for below; without a listener it would end the process.
  client.on('error', () => undefined)
  client.on('notification', onChange)
  const ended = new Promise<void>((resolve) => void client.once('end', () => resolve()))
  const end = (): void => void client.end().catch(() => undefined)
  signal.addEventListener('abort', end)
  try {
    // A connection that is ended while it is being made never answers `connect`.
    isConnected = await Promise.race([startListening(client, channel), ended.then(() => false)])
    if (isConnected) onChange()
    await ended
  } catch {
    end()
  } finally {
    signal.removeEventListener('abort', end)
  }
  return isConnected
}

async function startListening(client: Client, channel: Channel): Promise<true> {
  await client.connect()
  await client.query(`listen ${channel}`)
  return true
}
