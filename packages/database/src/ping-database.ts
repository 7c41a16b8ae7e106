import { Client } from 'pg'

const timeoutMs = 2_000

/** Resolves when the server answers on a connection of its own; a pool's may all be stuck. */
export async function pingDatabase(url: string): Promise<void> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  })
  // The query rejects too; without a listener the event would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('select 1')
  } finally {
    // Not waited for: a server that does not answer does not say goodbye either.
    client.end().catch(() => undefined)
  }
}
