import { makeBodies, type RequestBody } from '../events/request-bodies.ts'
import type { LoadPlan } from './plan.ts'
import { runPlan } from './run-plan.ts'

// The load generator, a process of its own: takes a plan as a message, answers with what became of it.

const distinctEvents = 20_000
const seed = 1
const knownBodies = new Map<string, RequestBody[]>()

process.on('message', (plan: LoadPlan) => {
  runPlan(plan, bodiesOf(plan)).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit())

function bodiesOf({ eventsPerRequest, shape = 'native' }: LoadPlan): RequestBody[] {
  const key = `${shape} ${eventsPerRequest}`
  let bodies = knownBodies.get(key)
  if (bodies === undefined) {
    bodies = makeBodies(distinctEvents / eventsPerRequest, eventsPerRequest, seed, shape)
    knownBodies.set(key, bodies)
  }
  return bodies
}
