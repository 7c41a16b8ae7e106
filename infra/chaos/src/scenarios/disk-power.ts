import { join } from 'node:path'
import { sleep } from '@weir/runtime'
import { mountPowerLossDisk, whyNoPowerLoss, type PowerLossDisk } from '../faults/power-loss-disk.ts'
import { killEach, listProcessTree, suspendTree } from '../faults/process-tree.ts'
import { deleteAppendOnlyFiles } from '../faults/redis-faults.ts'
import { postSteadily } from '../load/load.ts'
import { untilStored } from '../oracle/verify.ts'
import { bothQueues, observed, type Course, type Scenario, type Stage } from '../scenario.ts'
import { until } from '../wait.ts'

const rounds = 3

/** Disks stop working, with whatever was not synced. */
export const diskPower: readonly Scenario[] = [
  {
    name: 'disk-fails',
    title:
      "every write on the journal's disk fails (EIO) until it is replaced, and the producer ends by itself",
    queues: bothQueues,
    whyNot: whyNoPowerLoss,
    rig: { startsServices: false },
    mayRefuse: true,
    mayLog: [/the journal has a problem/, /The disk failed twice in a row/],
    mustHappen: ['the producer ended by itself', observed.refusedInTime],
    play: playDiskFails,
  },
  {
    name: 'disk-power-loss',
    title: 'the whole machine loses its power three times: journal, Redis and PostgreSQL',
    queues: bothQueues,
    whyNot: whyNoPowerLoss,
    rig: { isOnPowerLossDisk: true },
    mayRefuse: true,
    mayLog: [/the journal has a problem/],
    mustHappen: ['events acknowledged before a power loss', observed.replayed],
    play: playPowerLoss,
  },
]

async function playDiskFails(stage: Stage): Promise<Course> {
  const { rig, happened, fault, delivery } = stage
  const disk = rig.keep(
    await mountPowerLossDisk(join(rig.directory, 'image'), join(rig.directory, 'disk'), 64 * 1_048_576),
  )
  rig.producer.configure({ JOURNAL_DIR: join(disk.directory, 'journal'), JOURNAL_MIN_FREE_BYTES: '0' })
  await Promise.all(rig.services.map((service) => service.start()))
  await using load = postSteadily(stage, 500)
  await sleep(stage.random.between(2_000, 4_000))
  await failBetweenWrites(stage, disk)
  fault('the disk fails')
  await until('requests are refused', 10_000, () => delivery.timelyRefusals > 3)
  await until('the producer ends', 15_000, () => rig.producer.pid === undefined)
  happened('the producer ended by itself', rig.producer.unexpectedEnds.splice(0).length)
  await disk.restorePower()
  const restoredAtMs = performance.now()
  await rig.producer.start()
  await sleep(2_000)
  await load.stop()
  await untilStored(rig)
  return { recoverySeconds: (performance.now() - restoredAtMs) / 1_000 }
}

/** Lets the producer's writes come to their end first. One under way could be said to have succeeded, and be lost. */
async function failBetweenWrites({ rig }: Stage, disk: PowerLossDisk): Promise<void> {
  if (rig.producer.pid === undefined) throw new Error('The producer does not run.')
  await using _suspended = await suspendTree(rig.producer.pid)
  await sleep(200)
  await disk.losePower()
}

async function playPowerLoss(stage: Stage): Promise<Course> {
  const { rig, random, ledger, happened, fault } = stage
  const disk = diskOf(stage)
  let seconds = 0
  await using load = postSteadily(stage, 500)
  for (let round = 1; round <= rounds; round += 1) {
    const before = ledger.acknowledged
    await sleep(random.between(1_500, 4_500))
    happened('events acknowledged before a power loss', ledger.acknowledged - before)
    const machine = [...rig.services, rig.postgres, ...(rig.redis ? [rig.redis] : [])]
    const pids = machine.map(({ pid }) => pid).filter((pid) => pid !== undefined)
    const processes = (await Promise.all(pids.map(listProcessTree))).flat()
    await disk.losePower(processes)
    fault(`power loss ${round}`)
    const ended = Promise.all(machine.map((one) => one.kill()))
    killEach(processes)
    await ended
    await disk.restorePower()
    const restoredAtMs = performance.now()
    await Promise.all([rig.postgres.start(), startRedis(stage)])
    await Promise.all(rig.services.map((service) => service.start()))
    seconds = Math.max(seconds, (performance.now() - restoredAtMs) / 1_000)
  }
  await load.stop()
  await untilStored(rig)
  return { recoverySeconds: seconds }
}

/** Redis refuses files that end in zeros, as a power loss may leave them. Then it goes on without, as an operator would let it. */
async function startRedis({ rig, happened }: Stage): Promise<void> {
  try {
    await rig.redis?.start()
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('append only file')) throw error
    await deleteAppendOnlyFiles(join(rig.dataDirectory, 'redis'))
    happened('Redis refused its files')
    await rig.redis?.start()
  }
}

function diskOf({ rig }: Stage): PowerLossDisk {
  if (rig.disk === undefined) throw new Error('This scenario needs a disk that can lose its power.')
  return rig.disk
}
