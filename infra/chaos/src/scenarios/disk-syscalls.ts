import { playFaults, shown, type Round } from '../faults/play-faults.ts'
import { activeFault } from '../faults/fault.ts'
import { findActiveSegment, journalOf } from '../faults/journal-files.ts'
import {
  injectSyscallFault,
  listFileThreads,
  whyNoStrace,
  type SyscallEffect,
} from '../faults/syscall-faults.ts'
import { listProcessTree } from '../faults/process-tree.ts'
import { killServer } from '../faults/server-faults.ts'
import { redisOf } from '../rig/open-rig.ts'
import { bothQueues, observed, type Course, type Scenario, type Stage } from '../scenario.ts'
import { sleep } from '@weir/runtime'

const journalProblem = /the journal has a problem/

/** System calls on a disk that fail, or take their time. */
export const diskSyscalls: readonly Scenario[] = [
  {
    name: 'disk-slow',
    title: 'each write of the journal takes 700 ms',
    queues: bothQueues,
    whyNot: whyNoStrace,
    mustHappen: [shown.acknowledged, 'writes tampered with'],
    play: (stage) => playFaults(stage, [onJournal(stage, { delayMs: 700 }, 8_000)]),
  },
  {
    name: 'disk-write-fails',
    title: 'a write of the journal fails (EIO), three times with others between',
    queues: bothQueues,
    whyNot: whyNoStrace,
    mayRefuse: true,
    mayLog: [journalProblem],
    mustHappen: [shown.acknowledged, 'writes tampered with', observed.refusedInTime],
    play: (stage) =>
      playFaults(
        stage,
        Array.from({ length: 3 }, () => onJournal(stage, { error: 'EIO' }, 2_000)),
      ),
  },
  {
    name: 'disk-without-room',
    title: 'the journal finds no room (ENOSPC), again and again',
    queues: bothQueues,
    whyNot: whyNoStrace,
    mayRefuse: true,
    mayLog: [journalProblem],
    mustHappen: ['writes tampered with', observed.refusedInTime],
    play: (stage) => playFaults(stage, [onJournal(stage, { error: 'ENOSPC' }, 5_000)]),
  },
  {
    name: 'redis-slow-disk',
    title: 'Redis is killed while its disk is slow, and loses what it had taken',
    queues: ['redis'],
    whyNot: whyNoStrace,
    mustHappen: [shown.acknowledged, 'writes tampered with'],
    play: playSlowRedis,
  },
  {
    name: 'postgres-wal-fails',
    title: 'PostgreSQL cannot sync its log, panics and recovers',
    queues: bothQueues,
    whyNot: whyNoStrace,
    mustHappen: [shown.acknowledged, 'writes tampered with'],
    play: playWalFails,
  },
]

/** Tampers with the writes on the segment that is being written, and no other file. */
function onJournal({ rig, happened }: Stage, effect: SyscallEffect, durationMs: number): Round {
  return {
    what: `the journal's writes: ${JSON.stringify(effect)}`,
    inject: async () => {
      const fault = await injectSyscallFault({
        targets: await listFileThreads(rig.producer.pid ?? 0),
        syscalls: 'pwrite64',
        path: await findActiveSegment(journalOf(rig)),
        effect,
      })
      return activeFault(async () => {
        await fault.heal()
        happened('writes tampered with', await fault.hits())
      })
    },
    durationMs,
  }
}

function playSlowRedis(stage: Stage): Promise<Course> {
  const { rig, happened } = stage
  const redis = redisOf(rig)
  return playFaults(stage, [
    {
      what: "Redis's disk takes three seconds to sync, and Redis is killed",
      inject: async () => {
        const fault = await injectSyscallFault({
          targets: [redis.pid],
          isFollowed: true,
          syscalls: 'fdatasync',
          effect: { delayMs: 3_000 },
        })
        await sleep(4_000)
        const killed = await killServer(redis)
        happened('writes tampered with', await fault.hits())
        await fault.heal()
        return killed
      },
      durationMs: 1_000,
    },
  ])
}

function playWalFails(stage: Stage): Promise<Course> {
  const { rig, happened } = stage
  return playFaults(stage, [
    {
      what: 'PostgreSQL cannot sync its log (EIO)',
      inject: async () => {
        const [, ...children] = await listProcessTree(rig.postgres.pid)
        const fault = await injectSyscallFault({
          targets: children,
          syscalls: 'fdatasync',
          effect: { error: 'EIO' },
        })
        return activeFault(async () => {
          happened('writes tampered with', await fault.hits())
          await fault.heal()
        })
      },
      durationMs: 3_000,
    },
  ])
}
