import type { Pool, PoolClient } from 'pg'

/** Does some work in a transaction of its own. Throws what the work throws, and then nothing of it is kept. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let failure: Error | boolean = false
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    // Who did not answer before will not answer now, and waiting for it takes as long again.
    failure = isUnanswered(error) || (await rollBack(client))
    throw error
  } finally {
    // A connection in an unknown state is not used again.
    client.release(failure)
  }
}

/** Whether the driver gave up waiting for the server; it has no code for that. */
function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout'
}

/** Whether the connection has to be thrown away. */
async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('rollback')
    return false
  } catch {
    // The error that made it necessary is the one to hear about.
    return true
  }
}
