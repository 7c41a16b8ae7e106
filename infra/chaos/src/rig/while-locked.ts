import type { Rig } from './open-rig.ts'

/** Runs `work` while the ledger of batches is locked: transactions begin, and none gets on. */
export async function whileLocked({ pool }: Rig, work: () => Promise<void>): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('lock table batches in exclusive mode')
    await work()
    await client.query('rollback')
  } finally {
    client.release()
  }
}
