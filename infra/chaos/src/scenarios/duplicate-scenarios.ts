import { sleep } from '@weir/runtime'
import { postSteadily } from '../load/load.ts'
import { untilStored } from '../oracle/verify.ts'
import { whileLocked } from '../rig/while-locked.ts'
import type { Service } from '../rig/service.ts'
import { bothQueues, observed, type Course, type Scenario, type Stage } from '../scenario.ts'

/** Just less than what a service refuses to start with: beyond an hour it says that a clock is wrong. */
const skewMs = 50 * 60_000
const hourMs = 3_600_000
const eventsPerSecond = 300
const rounds = 15

/** The same events come again, in every way that they can. */
export const duplicateScenarios: readonly Scenario[] = [
  {
    name: 'same-id-everywhere',
    title: 'event ids come again within a batch, in other batches, at another producer and on another day',
    queues: bothQueues,
    mustHappen: [observed.suppressed, 'ids sent again'],
    play: playSameId,
  },
  {
    name: 'duplicate-delivery',
    title: 'the journal gives its batches to the queue again and again while two consumers store them',
    queues: bothQueues,
    rig: { env: { RESEND_AFTER_MS: '1000' } },
    mustHappen: [observed.resent],
    play: playDuplicateDelivery,
  },
  {
    name: 'clock-skew',
    title:
      "a producer's clock goes 50 minutes ahead, then 50 minutes behind, and the consumer's the other way",
    queues: bothQueues,
    mustHappen: ['started with a wrong clock'],
    mayRefuse: true,
    play: playClockSkew,
  },
]

async function playSameId(stage: Stage): Promise<Course> {
  const { rig, requests, delivery } = stage
  const second = await rig.add('producer')
  await second.start()
  stage.fault('event ids are used again')
  for (let round = 0; round < rounds; round += 1) {
    const first = requests.next(5, 'event-id')
    await delivery.deliver(first)
    // The same bytes: by chance at the other producer.
    await Promise.all([delivery.deliver(first), delivery.deliver(first)])
    await delivery.deliver(requests.repeating([first], 3, 4))
    stage.happened('ids sent again', 5 * 5)
    if (round % 5 !== 4) continue
    // Stored first: of two that differ, the one that comes first is kept.
    await untilStored(rig)
    await delivery.deliver(requests.moved(first, -25 * hourMs))
    stage.happened('ids sent again', 5)
  }
  const healedAtMs = performance.now()
  await untilStored(rig)
  return { recoverySeconds: (performance.now() - healedAtMs) / 1_000 }
}

async function playDuplicateDelivery(stage: Stage): Promise<Course> {
  const { rig } = stage
  const second = await rig.add('consumer')
  await second.start()
  await using load = postSteadily(stage, eventsPerSecond)
  for (let round = 0; round < 3; round += 1) {
    stage.fault('batches cannot be stored for 4 s')
    await whileLocked(rig, () => sleep(4_000))
    await sleep(1_000)
  }
  const healedAtMs = performance.now()
  await load.stop()
  await untilStored(rig)
  return { recoverySeconds: (performance.now() - healedAtMs) / 1_000 }
}

async function playClockSkew(stage: Stage): Promise<Course> {
  const { rig } = stage
  await using load = postSteadily(stage, eventsPerSecond)
  await restart(stage, rig.consumer, -skewMs)
  for (const shiftMs of [skewMs, -skewMs, 0]) {
    await restart(stage, rig.producer, shiftMs)
    await sleep(2_000)
  }
  await restart(stage, rig.consumer, 0)
  const healedAtMs = performance.now()
  await load.stop()
  await untilStored(rig)
  return { recoverySeconds: (performance.now() - healedAtMs) / 1_000 }
}

async function restart(stage: Stage, service: Service, shiftMs: number): Promise<void> {
  const preload = new URL('../rig/shift-clock.ts', import.meta.url).href
  service.configure({ NODE_OPTIONS: `--import ${preload}`, CLOCK_SHIFT_MS: String(shiftMs) })
  await service.stop()
  await service.start()
  stage.fault(`the clock of the ${service.name} is ${shiftMs / 60_000} min off`)
  if (shiftMs !== 0) stage.happened('started with a wrong clock')
}
