import { sleep } from '@weir/runtime'
import { Redis } from 'ioredis'
import { postSteadily } from '../load/load.ts'
import { untilStored } from '../oracle/verify.ts'
import { readQueueStatus } from '../rig/queue-status.ts'
import type { Course, Stage } from '../scenario.ts'

const eventsPerSecond = 1_000
const warmUpMs = 2_000
const backlogMs = 4_000
const afterWipeMs = 3_000

/** The journal sends again what Redis lost. */
export async function playRedisWiped(stage: Stage, redisUrl: string): Promise<Course> {
  const { rig, happened } = stage
  await using load = postSteadily(stage, eventsPerSecond)
  await sleep(warmUpMs)
  await rig.consumer.stop()
  await sleep(backlogMs)
  const before = (await readQueueStatus(rig))?.queued ?? 0
  await flush(redisUrl)
  const after = (await readQueueStatus(rig))?.queued ?? Infinity
  stage.fault(`${before} batches wiped`)
  const wipedAtMs = performance.now()
  await rig.consumer.start()
  await sleep(afterWipeMs)
  await load.stop()
  await untilStored(rig)
  if (before >= 10) happened('batches waited in Redis', before)
  if (after < before) happened('Redis lost its batches', before - after)
  return { recoverySeconds: (performance.now() - wipedAtMs) / 1_000 }
}

async function flush(url: string): Promise<void> {
  const redis = new Redis(url)
  await redis.flushall()
  redis.disconnect()
}
