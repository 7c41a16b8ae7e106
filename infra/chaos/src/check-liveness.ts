import type { Stage } from './scenario.ts'
import { until } from './wait.ts'

/** An event that is sent after everything was healed is queryable within this time. */
const limitMs = 5_000

/** Sends one more event, and reads it back from the query service. Tells when it does not get there in time. */
export async function checkLiveness({ rig, requests, delivery }: Stage): Promise<string[]> {
  const request = requests.next(1, 'none')
  const key = rig.projects[request.range.project]?.key ?? ''
  const startedAtMs = performance.now()
  const id = (await delivery.deliver(request))?.ids[0]
  if (id === undefined) return ['an event that was sent after everything was healed is not accepted']
  try {
    await until('an event that was sent after everything was healed is queryable', limitMs, async () => {
      return (await rig.query.get(`/events/${id}`, { 'X-API-Key': key })) !== undefined
    })
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
  const tookMs = performance.now() - startedAtMs
  return tookMs > limitMs ? [`an event that was sent after everything was healed took ${tookMs} ms`] : []
}
