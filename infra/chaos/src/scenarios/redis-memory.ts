import { sleep } from '@weir/runtime'
import { playFaults, shown } from '../faults/play-faults.ts'
import { fillRedis, limitRedisMemory, readRedisMemory } from '../faults/redis-faults.ts'
import { postAll } from '../load/load.ts'
import { untilStored } from '../oracle/verify.ts'
import { redisOf } from '../rig/open-rig.ts'
import type { Course, Scenario, Stage } from '../scenario.ts'

const maxBytes = 20 * 1024 * 1024
const loadMs = 15_000
const backlogEvents = 400_000

/** Redis has little memory, or none. */
export const redisMemory: readonly Scenario[] = [
  {
    name: 'redis-full',
    title: 'others fill Redis to its memory limit, and it refuses every write',
    queues: ['redis'],
    mustHappen: [shown.acknowledged, shown.waited],
    play: (stage) =>
      playFaults(stage, [
        {
          what: 'Redis is filled to 20 MiB',
          inject: () => fillRedis(redisOf(stage.rig).url, maxBytes),
          durationMs: 8_000,
        },
      ]),
  },
  {
    name: 'redis-small',
    title: 'no consumer runs while far more is accepted than Redis has memory for',
    queues: ['redis'],
    mustHappen: ['the journal held more than Redis could', 'Redis was used'],
    play: playSmall,
  },
]

/** Redis must not come to its limit, at which the consumer could not take anything out of it. */
async function playSmall(stage: Stage): Promise<Course> {
  const { rig, happened, fault } = stage
  const { url } = redisOf(rig)
  await using _limit = await limitRedisMemory(url, maxBytes)
  fault('Redis may use 20 MiB')
  await rig.consumer.stop()
  await using load = postAll(stage, { events: backlogEvents, eventsPerRequest: 200, connections: 8 })
  load.allow(backlogEvents)
  let peakBytes = 0
  const endsAtMs = performance.now() + loadMs
  while (performance.now() < endsAtMs) {
    peakBytes = Math.max(peakBytes, (await readRedisMemory(url)).usedBytes)
    await sleep(50)
  }
  await load.stop()
  const journalBytes = (await rig.producer.readMetric('weir_journal_bytes')) ?? 0
  if (journalBytes > maxBytes) happened('the journal held more than Redis could')
  if (peakBytes > maxBytes / 4) happened('Redis was used')
  const startedAtMs = performance.now()
  await rig.consumer.start()
  await untilStored(rig)
  const share = Math.round((peakBytes / maxBytes) * 100)
  return {
    recoverySeconds: (performance.now() - startedAtMs) / 1_000,
    failures: share > 90 ? [`Redis was used to ${share} % of its memory`] : [],
    notes: [
      `Redis was used to ${share} % at most; ${(journalBytes / 1_048_576).toFixed(0)} MiB in the journal`,
    ],
  }
}
