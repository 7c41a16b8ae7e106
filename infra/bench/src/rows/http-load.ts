import { EventMaker } from '../events/event-maker.ts'
import type { LoadPlan, LoadResult } from '../load/plan.ts'
import type { Rig } from '../rig/open-rig.ts'
import { connections } from '../rig/sizes.ts'
import type { ProgramName } from '../rig/services.ts'

/** Which programs take events. */
export type Receiver = Extract<ProgramName, 'producer' | 'bare-route' | 'logged-route' | 'naive-producer'>

interface Load {
  eventsPerRequest: number
  until: { requests: number } | { durationMs: number }
  requestsPerSecond?: number | undefined
  shape?: LoadPlan['shape']
  /** `/log` unless it says otherwise. */
  path?: string
}

/** Sends a receiver events over 100 connections. Throws when any was refused. */
export async function sendTo(rig: Rig, receiver: Receiver, load: Load): Promise<LoadResult> {
  const { port } = await rig.services.running(receiver)
  const result = await rig.generator.run({
    path: '/log',
    ...load,
    port,
    headers: headersOf(rig),
    connections,
  })
  if (result.refused > 0) throw new Error(`${receiver} refused ${result.refused} requests.`)
  return result
}

/** Sends one request and looks at the answer, before anything is timed. Resolves to how many events it took. */
export async function checkAnswer(rig: Rig, receiver: Receiver, eventsPerRequest: number): Promise<number> {
  const { port } = await rig.services.running(receiver)
  const maker = new EventMaker(2)
  const events = Array.from({ length: eventsPerRequest }, () => maker.next(new Date().toISOString()))
  const response = await fetch(`http://127.0.0.1:${port}/log`, {
    method: 'POST',
    headers: { ...headersOf(rig), 'Content-Type': 'application/json' },
    body: JSON.stringify(eventsPerRequest === 1 ? events[0] : events),
  })
  const text = await response.text()
  if (response.status !== 202) throw new Error(`${receiver} answers ${response.status}: ${text}`)
  if (receiver !== 'producer') return eventsPerRequest
  // The shape of an answer to POST /log.
  const body = JSON.parse(text) as { accepted: number; ids: string[] }
  if (body.accepted !== eventsPerRequest || new Set(body.ids).size !== eventsPerRequest) {
    throw new Error(`${eventsPerRequest} events were sent, the answer is ${text}`)
  }
  return eventsPerRequest
}

/** The same requests for everyone: the bare route and the twin do not look at the key. */
function headersOf({ apiKey }: Rig): Record<string, string> {
  return { 'X-API-Key': apiKey }
}
