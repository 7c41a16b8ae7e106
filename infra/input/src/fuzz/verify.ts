import { verifyRollups } from '@weir/database'
import { until } from '@weir/chaos/wait'
import type { Installation } from '../rig/installation.ts'

/** Whether everything still works, and what was acknowledged is there. Gives what is wrong, a line each. */
export async function verify(installation: Installation, ids: readonly string[]): Promise<string[]> {
  const { producer, query, pool, db, services } = installation
  const troubles: string[] = []
  const kept = await producer.post('{"event_type":"after_all"}')
  await until('an event goes through', 60_000, async () => {
    const { status } = await query.send({ path: `/events/${String(kept.json['id'])}` })
    return status === 200
  })
  // Events are stored in the order of their batches, nearly: what is not there yet is on its way.
  await until('all that was acknowledged is stored', 60_000, async () => {
    const { rows } = await pool.query<{ count: number }>(
      'select count(*)::int as count from unnest($1::uuid[]) as acknowledged (id) join log_events using (id)',
      [ids],
    )
    return rows[0]?.count === ids.length
  })
  // A record that no event could be made of belongs there; an event that was acknowledged as one does not.
  const { rows } = await pool.query<{ reason: string }>(
    'select distinct reason from quarantine where context is null',
  )
  troubles.push(...rows.map(({ reason }) => `in the quarantine: ${reason}`))
  const wrong = (await verifyRollups(db)).filter(({ isEqual }) => !isEqual)
  troubles.push(
    ...wrong.map(({ measure, rollups, events }) => `rollups: ${measure} is ${rollups}, recounted ${events}`),
  )
  if ((await services.consumer.get('/health')) === undefined)
    troubles.push('the consumer says that it is not well')
  troubles.push(...(await installation.findTroubles()))
  return troubles
}
