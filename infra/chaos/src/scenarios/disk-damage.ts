import { truncate } from 'node:fs/promises'
import { sleep } from '@weir/runtime'
import { addZeros, flipBit, putGarbage } from '../faults/corrupt-file.ts'
import { journalOf, listSegments, type WrittenSegment } from '../faults/journal-files.ts'
import { postSteadily } from '../load/load.ts'
import { readLog } from '../oracle/read-log.ts'
import { untilReported, untilStored } from '../oracle/verify.ts'
import { bothQueues, observed, type Course, type Scenario, type Stage } from '../scenario.ts'

/** Less than a frame has. */
const missingBytes = 20

/** What happens to a segment while no producer runs. All but zeros, which are room for frames, is to be reported. */
const damages: readonly [string, (segment: WrittenSegment, stage: Stage) => Promise<void>][] = [
  [
    'a bit is flipped',
    ({ path, byteLength }, { random }) => flipBit(path, random.between(16, byteLength), random.between(0, 8)),
  ],
  [
    'garbage follows',
    ({ path, byteLength }, { random }) => putGarbage(path, byteLength, random.between(1, 5_000), random),
  ],
  ['zeros follow', ({ path }, { random }) => addZeros(path, random.between(1, 5_000))],
  [
    'the end is missing',
    ({ path, byteLength }, { random }) => truncate(path, byteLength - random.between(1, missingBytes)),
  ],
]

/** The journal's files are damaged. */
export const diskDamage: readonly Scenario[] = [
  {
    name: 'disk-damage',
    title: 'segments of a killed producer are damaged in four ways, and the queue still has what is missing',
    queues: bothQueues,
    mayRefuse: true,
    mayLog: [/the journal has a problem/],
    mustHappen: ['damage reported', observed.replayed],
    play: playDamage,
  },
]

async function playDamage(stage: Stage): Promise<Course> {
  const { rig, fault, happened } = stage
  let seconds = 0
  for (const [what, damage] of damages) {
    await rig.consumer.stop()
    await using load = postSteadily(stage, 500)
    await sleep(1_500)
    await load.stop()
    // Everything is in the queue by then: the journal's copy is the second one.
    await sleep(1_000)
    // And counted: what is damaged before cannot be.
    await untilReported(rig)
    await rig.producer.kill()
    const segments = await listSegments(journalOf(rig))
    const segment = segments[stage.random.between(0, segments.length)]
    if (segment === undefined) throw new Error('The journal has no segment.')
    await damage(segment, stage)
    fault(what)
    const startedAtMs = performance.now()
    await rig.producer.start()
    await rig.consumer.start()
    await untilStored(rig)
    seconds = Math.max(seconds, (performance.now() - startedAtMs) / 1_000)
  }
  const lines = await readLog(rig.producer.logFile)
  const reports = lines.filter((line) => typeof line !== 'string' && line.msg === 'the journal has a problem')
  happened('damage reported', reports.length)
  return {
    recoverySeconds: seconds,
    failures: reports.length < damages.length - 1 ? [`damage was reported ${reports.length} times only`] : [],
  }
}
