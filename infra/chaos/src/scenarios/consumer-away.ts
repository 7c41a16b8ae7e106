import { sleep } from '@weir/runtime'
import { postSteadily } from '../load/load.ts'
import { readQueueStatus, type QueueStatus } from '../rig/queue-status.ts'
import type { Restartable } from '../rig/restartable.ts'
import type { Course, Stage } from '../scenario.ts'
import { untilStored } from '../oracle/verify.ts'
import { until } from '../wait.ts'

const eventsPerSecond = 1_500
const loadMs = 6_000

/** Twice the time after which the rig's producer gives batches to the queue again, and some more. */
const awayMs = 14_000

/** What the queue may grow by while nothing comes. */
const maxGrowth = 1.25

interface Backlog extends QueueStatus {
  redisBytes: number
}

/**
 * No consumer runs for a long time, and Redis was away first, so that batches gathered and travelled together:
 * the backlog waits in the queue once, however long it takes.
 */
export async function playConsumerAway(stage: Stage, redis: Restartable): Promise<Course> {
  const { rig, say } = stage
  await rig.consumer.stop()
  await redis.stop()
  await using load = postSteadily(stage, eventsPerSecond)
  await sleep(loadMs)
  await load.stop()
  stage.fault('no consumer, and no Redis while the backlog is made')
  await redis.start()
  const before = await untilBacklogRests(stage)
  say(`the backlog is ${JSON.stringify(before)}`)
  await sleep(awayMs)
  const after = await readBacklog(stage)
  say(`after ${awayMs / 1_000} s it is ${JSON.stringify(after)}`)
  const startedAtMs = performance.now()
  await rig.consumer.start()
  await untilStored(rig)
  if (before.queued < before.unconfirmed / 2) stage.happened('batches travelled together')
  const growth = after.redisBytes / before.redisBytes
  return {
    recoverySeconds: (performance.now() - startedAtMs) / 1_000,
    failures: growth > maxGrowth ? [`the backlog in Redis grew ${growth.toFixed(1)} times by itself`] : [],
    notes: [
      `the backlog in Redis grew ${growth.toFixed(2)} times, from ${before.queued} to ${after.queued} jobs`,
    ],
  }
}

async function untilBacklogRests(stage: Stage): Promise<Backlog> {
  let last = await readBacklog(stage)
  await until('the backlog is in the queue', 30_000, async () => {
    await sleep(3_000)
    const backlog = await readBacklog(stage)
    const rests = backlog.queued > 0 && backlog.queued === last.queued
    last = backlog
    return rests
  })
  return last
}

async function readBacklog({ rig }: Stage): Promise<Backlog> {
  const status = (await readQueueStatus(rig)) ?? { queued: 0, active: 0, unconfirmed: 0 }
  return { ...status, redisBytes: (await rig.producer.readMetric('weir_redis_memory_bytes')) ?? 0 }
}
