import { join } from 'node:path'
import { activeFault } from '../faults/fault.ts'
import { playFaults, shown } from '../faults/play-faults.ts'
import { deleteAppendOnlyFiles } from '../faults/redis-faults.ts'
import { killServer, stopServer, suspendServer } from '../faults/server-faults.ts'
import { postSteadily } from '../load/load.ts'
import { untilStored } from '../oracle/verify.ts'
import { redisOf } from '../rig/open-rig.ts'
import { observed, type Course, type Scenario, type Stage } from '../scenario.ts'
import { sleep } from '@weir/runtime'

const kills = 4

/** Redis goes away, and comes back. */
export const redisOutages: readonly Scenario[] = [
  {
    name: 'redis-killed',
    title: 'Redis is killed again and again, and is away for up to four seconds',
    queues: ['redis'],
    mustHappen: [shown.acknowledged, shown.waited],
    play: playKilled,
  },
  {
    name: 'redis-suspended',
    title: 'Redis does not answer for ten seconds, and its connections stay',
    queues: ['redis'],
    mustHappen: [shown.acknowledged, shown.waited],
    play: (stage) =>
      playFaults(stage, [
        {
          what: 'SIGSTOP of Redis',
          inject: () => suspendServer(redisOf(stage.rig)),
          durationMs: 10_000,
        },
      ]),
  },
  {
    name: 'redis-files-deleted',
    title: 'Redis is killed while batches wait in it, and comes back without its append-only files',
    queues: ['redis'],
    mustHappen: [shown.acknowledged, 'append-only files deleted', observed.resent],
    play: playFilesDeleted,
  },
  {
    name: 'redis-absent-at-boot',
    title: 'every service starts while there is no Redis',
    queues: ['redis'],
    rig: { startsServices: false },
    mustHappen: ['events acknowledged before Redis was there'],
    play: playAbsentAtBoot,
  },
]

/** At random moments, so that the kills meet adds, moves and rest alike. */
function playKilled(stage: Stage): Promise<Course> {
  const redis = redisOf(stage.rig)
  // One of them is long enough to be noticed.
  const durationsMs = [4_000, ...Array.from({ length: kills - 1 }, () => stage.random.between(100, 3_000))]
  return playFaults(
    stage,
    durationsMs.map((durationMs) => ({
      what: `kill -9 of Redis for ${durationMs} ms`,
      inject: () => killServer(redis),
      durationMs,
    })),
  )
}

function playFilesDeleted(stage: Stage): Promise<Course> {
  const { rig, happened } = stage
  return playFaults(stage, [
    {
      what: 'kill -9 of Redis, its files deleted',
      inject: async () => {
        await rig.consumer.stop()
        return activeFault(() => rig.consumer.start())
      },
      durationMs: 4_000,
      meanwhile: async () => {
        await sleep(3_000)
        await using _killed = await killServer(redisOf(rig))
        happened('append-only files deleted', await deleteAppendOnlyFiles(join(rig.dataDirectory, 'redis')))
      },
    },
  ])
}

async function playAbsentAtBoot(stage: Stage): Promise<Course> {
  const { rig, ledger, happened, fault } = stage
  const absence = await stopServer(redisOf(rig))
  fault('Redis is absent')
  // The consumer takes nothing yet, and the producer must.
  await Promise.all(rig.services.map((service) => service.start()))
  await using load = postSteadily(stage, 500)
  await sleep(5_000)
  happened('events acknowledged before Redis was there', ledger.acknowledged)
  await absence.heal()
  const healedAtMs = performance.now()
  await load.stop()
  await untilStored(rig)
  return { recoverySeconds: (performance.now() - healedAtMs) / 1_000 }
}
