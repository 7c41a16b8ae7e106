import { join } from 'node:path'
import { sleep } from '@weir/runtime'
import { mountSmallDisk, whyNoMount, type SmallDisk } from '../faults/small-disk.ts'
import { playFaults } from '../faults/play-faults.ts'
import { postSteadily } from '../load/load.ts'
import { untilStored } from '../oracle/verify.ts'
import { bothQueues, observed, type Course, type Scenario, type Stage } from '../scenario.ts'
import { until } from '../wait.ts'

const mib = 1_048_576
const mayLog = [/the journal has a problem/]

/** The journal's disk is small, and fills. */
export const diskRoom: readonly Scenario[] = [
  {
    name: 'disk-filled-by-backlog',
    title: 'the journal has a disk of 1 MiB, which fills while no consumer runs',
    queues: bothQueues,
    whyNot: whyNoMount,
    rig: { startsServices: false },
    mayRefuse: true,
    mayLog,
    mustHappen: [observed.refusedInTime, 'the journal filled its disk'],
    play: playFilledByBacklog,
  },
  {
    name: 'disk-filled-by-others',
    title: "others take all the room on the journal's disk, twice",
    queues: bothQueues,
    whyNot: whyNoMount,
    rig: { startsServices: false },
    mayRefuse: true,
    mayLog,
    mustHappen: [observed.refusedInTime],
    play: playFilledByOthers,
  },
]

async function startOnSmallDisk({ rig }: Stage, sizeBytes: number): Promise<SmallDisk> {
  const disk = rig.keep(await mountSmallDisk(join(rig.directory, 'small'), sizeBytes))
  // The disk is what runs out, not what the journal allows itself.
  rig.producer.configure({ JOURNAL_DIR: disk.directory, JOURNAL_MIN_FREE_BYTES: '0' })
  await Promise.all(rig.services.map((service) => service.start()))
  return disk
}

async function playFilledByBacklog(stage: Stage): Promise<Course> {
  const { rig, delivery, happened, fault } = stage
  await startOnSmallDisk(stage, mib)
  await rig.consumer.stop()
  await using load = postSteadily(stage, 1_000)
  await until('requests are refused', 30_000, () => delivery.timelyRefusals > 10)
  fault('the disk is full')
  if (((await rig.producer.readMetric('weir_journal_bytes')) ?? 0) > mib / 2)
    happened('the journal filled its disk')
  await sleep(3_000)
  await rig.consumer.start()
  const startedAtMs = performance.now()
  await untilAccepting(stage)
  const recoverySeconds = (performance.now() - startedAtMs) / 1_000
  await load.stop()
  await untilStored(rig)
  return { recoverySeconds }
}

/** Resolves when requests are acknowledged again, as the load's next ones show. */
async function untilAccepting({ ledger }: Stage): Promise<void> {
  const before = ledger.acknowledged
  await until('requests are acknowledged again', 30_000, () => ledger.acknowledged > before + 500)
}

async function playFilledByOthers(stage: Stage): Promise<Course> {
  const disk = await startOnSmallDisk(stage, 64 * mib)
  const round = { what: 'the disk is filled', inject: () => disk.fill(), durationMs: 4_000 }
  return playFaults(stage, [round, round])
}
