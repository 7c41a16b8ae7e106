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
    failure = await rollBack(client)
    throw error
  } finally {
    // A connection in an unknown state is not used again.
    client.release(failure)
  }
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
