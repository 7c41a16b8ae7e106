import { sleep } from '@weir/runtime'
import { postSteadily } from '../load/load.ts'
import { untilStored } from '../oracle/verify.ts'
import { redisOf } from '../rig/open-rig.ts'
import type { Restartable } from '../rig/restartable.ts'
import type { Service } from '../rig/service.ts'
import { bothQueues, type Course, type Scenario, type Stage } from '../scenario.ts'
import { until } from '../wait.ts'

const eventsPerSecond = 300
const absenceMs = 4_000
const readyMs = 20_000

/** A service starts while a server that it needs is not there. */
export const bootScenarios: readonly Scenario[] = (['producer', 'consumer', 'query'] as const).flatMap(
  (name) => [
    {
      name: `${name}-boots-without-postgres`,
      title: `the ${name} starts while PostgreSQL is away, and works once it is back`,
      queues: bothQueues,
      mustHappen: ['the service waited'],
      mayRefuse: true,
      play: (stage: Stage) => play(stage, stage.rig[name], stage.rig.postgres),
    },
    {
      name: `${name}-boots-without-redis`,
      title: `the ${name} starts while Redis is away, and works once it is back`,
      queues: ['redis'] as const,
      mustHappen: ['the service waited'],
      mayRefuse: true,
      play: (stage: Stage) => play(stage, stage.rig[name], redisOf(stage.rig)),
    },
  ],
)

async function play(stage: Stage, service: Service, server: Restartable): Promise<Course> {
  await using load = postSteadily(stage, eventsPerSecond)
  await sleep(1_500)
  await service.kill()
  await server.stop()
  stage.fault(`the ${service.name} starts without its server`)
  await service.launch()
  await sleep(absenceMs)
  if (service.pid !== undefined) stage.happened('the service waited')
  await server.start()
  const healedAtMs = performance.now()
  await until(`the ${service.name} is ready`, readyMs, () => service.isReady())
  await load.stop()
  await untilStored(stage.rig)
  return { recoverySeconds: (performance.now() - healedAtMs) / 1_000 }
}
