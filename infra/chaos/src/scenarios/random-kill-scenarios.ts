import { sleep } from '@weir/runtime'
import { postSteadily } from '../load/load.ts'
import { readSteadily } from '../load/read-steadily.ts'
import { untilStored } from '../oracle/verify.ts'
import type { Service } from '../rig/service.ts'
import { bothQueues, observed, type Course, type Scenario, type Stage } from '../scenario.ts'

const eventsPerSecond = 500
const kills = 12
const maxPauseMs = 1_200

/** Services are killed at any moment, again and again. */
export const randomKillScenarios: readonly Scenario[] = [
  {
    name: 'killed-at-random',
    title: 'producer, consumer and query service are killed at random moments, again and again',
    queues: bothQueues,
    mustHappen: ['a service was killed', observed.replayed],
    mayRefuse: true,
    play: (stage) => play(stage, [stage.rig.producer, stage.rig.consumer, stage.rig.query]),
  },
  {
    name: 'killed-all-at-once',
    title: 'all three services are killed at the same moment, again and again',
    queues: bothQueues,
    mustHappen: ['a service was killed', observed.replayed],
    mayRefuse: true,
    play: playAllAtOnce,
  },
  {
    name: 'killed-without-queue',
    title: "the producer is killed while the queue's server is away, so that the journal has the only copy",
    queues: bothQueues,
    mustHappen: ['acknowledged while the queue was away', observed.replayed],
    mayRefuse: true,
    play: playWithoutQueue,
  },
]

async function play(stage: Stage, services: readonly Service[]): Promise<Course> {
  const { rig, random } = stage
  await using load = postSteadily(stage, eventsPerSecond)
  await using reading = readSteadily(rig)
  for (let kill = 0; kill < kills; kill += 1) {
    await sleep(random.between(0, maxPauseMs))
    // Each of them in turn, so that none is spared by chance.
    const service = services[kill % services.length] ?? rig.producer
    await service.kill()
    stage.fault(`${service.name} killed`)
    stage.happened('a service was killed')
    await service.start()
  }
  return heal(stage, load, reading)
}

async function playAllAtOnce(stage: Stage): Promise<Course> {
  const { rig, random } = stage
  await using load = postSteadily(stage, eventsPerSecond)
  await using reading = readSteadily(rig)
  for (let round = 0; round < kills / 3; round += 1) {
    await sleep(random.between(200, maxPauseMs))
    await Promise.all(rig.services.map((service) => service.kill()))
    stage.fault('all services killed')
    stage.happened('a service was killed', rig.services.length)
    await Promise.all(rig.services.map((service) => service.start()))
  }
  return heal(stage, load, reading)
}

async function playWithoutQueue(stage: Stage): Promise<Course> {
  const { rig, ledger, random } = stage
  const server = rig.redis ?? rig.postgres
  await using load = postSteadily(stage, eventsPerSecond)
  await sleep(500)
  await server.stop()
  stage.fault('the server of the queue is stopped')
  for (let kill = 0; kill < 3; kill += 1) {
    const before = ledger.acknowledged
    await sleep(random.between(600, maxPauseMs))
    await rig.producer.kill()
    stage.fault('producer killed')
    stage.happened('acknowledged while the queue was away', ledger.acknowledged - before)
    await rig.producer.start()
  }
  await server.start()
  return heal(stage, load)
}

async function heal(stage: Stage, load: { stop: () => Promise<void> }, reading?: AsyncDisposable) {
  const healedAtMs = performance.now()
  await reading?.[Symbol.asyncDispose]()
  await load.stop()
  await untilStored(stage.rig)
  return { recoverySeconds: (performance.now() - healedAtMs) / 1_000 }
}
