import { sleep } from '@weir/runtime'
import { Redis } from 'ioredis'
import { postSteadily } from '../load.ts'
import { readMetric } from '../metric.ts'
import { readQueueStatus } from '../queue-status.ts'
import type { Course, Stage } from '../stage.ts'
import { untilStored } from '../verify.ts'

const eventsPerSecond = 2_000
const backlogMs = 5_000
const afterWipeMs = 5_000

/** All of Redis is lost while batches wait in it: the journal sends them again. */
export async function playRedisWiped(stage: Stage, redisUrl: string): Promise<Course> {
  const { rig, ledger, say } = stage
  await using load = postSteadily(stage, eventsPerSecond)
  await sleep(2_000)
  await rig.consumer.stop()
  await sleep(backlogMs)
  const before = await readQueueStatus(rig)
  await flush(redisUrl)
  const wipedAtMs = performance.now()
  const after = await readQueueStatus(rig)
  say(
    `wiped: ${JSON.stringify(before)} became ${JSON.stringify(after)}, ${ledger.acknowledged} events acknowledged`,
  )
  await rig.consumer.start()
  await sleep(afterWipeMs)
  await load.stop()
  await untilStored(rig)
  const recoverySeconds = (performance.now() - wipedAtMs) / 1_000
  const notExercised: string[] = []
  if ((before?.queued ?? 0) < 10) notExercised.push('no batches waited in Redis')
  if ((after?.queued ?? Infinity) >= (before?.queued ?? 0)) notExercised.push('Redis kept its batches')
  return {
    recoverySeconds,
    notExercised,
    notes: [
      `${before?.queued} batches wiped`,
      `${await readMetric(rig.consumer, 'weir_events_duplicate_total')} events suppressed`,
    ],
  }
}

async function flush(url: string): Promise<void> {
  const redis = new Redis(url)
  await redis.flushall()
  redis.disconnect()
}
