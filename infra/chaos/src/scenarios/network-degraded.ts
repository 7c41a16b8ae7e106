import { sleep } from '@weir/runtime'
import { activeFault } from '../faults/fault.ts'
import { startThroughLinks } from '../faults/links.ts'
import { playFaults, shown } from '../faults/play-faults.ts'
import { bothQueues, type Course, type Scenario, type Stage } from '../scenario.ts'
import { together } from '../faults/together.ts'

/** The network between services and servers works, and badly. */
export const networkDegraded: readonly Scenario[] = [
  {
    name: 'network-slow',
    title: 'every byte takes 100 ms longer, and all connections are reset every two seconds',
    queues: bothQueues,
    rig: { startsServices: false },
    mustHappen: [shown.acknowledged, 'connections reset'],
    play: playSlow,
  },
  {
    name: 'network-throttled',
    title: 'each connection carries no more than 50 kB a second',
    queues: bothQueues,
    rig: { startsServices: false },
    mustHappen: [shown.acknowledged, 'bytes held back'],
    play: playThrottled,
  },
  {
    name: 'network-cut',
    title: 'connections are cut after so many bytes, in the middle of whatever they carry',
    queues: bothQueues,
    rig: { startsServices: false },
    mustHappen: [shown.acknowledged, 'connections cut'],
    play: playCut,
  },
  {
    name: 'network-split',
    title: 'every byte travels alone',
    queues: bothQueues,
    rig: { startsServices: false },
    mustHappen: [shown.acknowledged, 'bytes carried alone'],
    play: playSplit,
  },
]

const lastsMs = 8_000

async function playSlow(stage: Stage): Promise<Course> {
  const links = await startThroughLinks(stage)
  return playFaults(stage, [
    {
      what: 'delays and resets',
      inject: () => links.inject({}, (proxy) => proxy.inject({ kind: 'delay', delayMs: 100 })),
      durationMs: lastsMs,
      meanwhile: async () => {
        for (let resets = 0; resets < 3; resets += 1) {
          await sleep(2_000)
          for (const proxy of links.select()) {
            stage.happened('connections reset', proxy.connections.length)
            proxy.reset()
          }
        }
      },
    },
  ])
}

async function playThrottled(stage: Stage): Promise<Course> {
  const links = await startThroughLinks(stage)
  return playFaults(stage, [
    {
      what: 'the network is throttled',
      inject: () => links.inject({}, (proxy) => proxy.inject({ kind: 'throttle', bytesPerSecond: 50_000 })),
      durationMs: lastsMs,
      meanwhile: async () => {
        for (let looks = 0; looks < 100; looks += 1) {
          await sleep(50)
          for (const { heldBytes } of links.select()) stage.happened('bytes held back', heldBytes)
        }
      },
    },
  ])
}

/** One direction and one length for each link and half second: the answer to a commit is cut off as well. */
async function playCut(stage: Stage): Promise<Course> {
  const { random, happened } = stage
  const links = await startThroughLinks(stage)
  const proxies = links.select()
  const aim = (): void => {
    for (const proxy of proxies) {
      const direction = random.next() < 0.5 ? 'up' : 'down'
      proxy.setMode({ kind: 'cut', direction, afterBytes: random.between(500, 60_000) })
    }
  }
  return playFaults(stage, [
    {
      what: 'connections are cut',
      inject: () =>
        together([
          () =>
            activeFault(async () =>
              happened(
                'connections cut',
                proxies.reduce((sum, { cuts }) => sum + cuts, 0),
              ),
            ),
          ...proxies.map((proxy) => () => proxy.inject({ kind: 'pass' })),
        ]),
      durationMs: lastsMs,
      meanwhile: async () => {
        for (let aims = 0; aims < 14; aims += 1) {
          aim()
          await sleep(500)
        }
      },
    },
  ])
}

async function playSplit(stage: Stage): Promise<Course> {
  const links = await startThroughLinks(stage)
  const proxies = links.select()
  const carried = (): number =>
    proxies.flatMap(({ connections }) => connections).reduce((sum, { carriedBytes }) => sum + carriedBytes, 0)
  return playFaults(
    stage,
    [
      {
        what: 'every byte travels alone',
        inject: async () => {
          const before = carried()
          const split = await links.inject({}, (proxy) => proxy.inject({ kind: 'split' }))
          return activeFault(async () => {
            stage.happened('bytes carried alone', Math.max(0, carried() - before))
            await split.heal()
          })
        },
        durationMs: lastsMs,
      },
    ],
    { eventsPerSecond: 60 },
  )
}
