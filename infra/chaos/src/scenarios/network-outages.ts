import { sleep } from '@weir/runtime'
import { activeFault } from '../faults/fault.ts'
import { startThroughLinks, type Links } from '../faults/links.ts'
import { playFaults, shown, type Round } from '../faults/play-faults.ts'
import type { TcpProxy } from '../faults/tcp-proxy.ts'
import { bothQueues, type Course, type Scenario, type Stage } from '../scenario.ts'

/** Nothing passes between some services and some servers. */
export const networkOutages: readonly Scenario[] = [
  {
    name: 'network-refused',
    title: 'connections to each server are refused, and those that are open reset',
    queues: bothQueues,
    rig: { startsServices: false },
    mustHappen: [shown.acknowledged, shown.waited],
    play: (stage) =>
      playThroughLinks(stage, (links) => [
        {
          what: 'PostgreSQL refuses',
          inject: () => links.inject({ server: 'postgres' }, (proxy) => proxy.refuse()),
          durationMs: 4_000,
        },
        ...whereRedis(stage, {
          what: 'Redis refuses',
          inject: () => links.inject({ server: 'redis' }, (proxy) => proxy.refuse()),
          durationMs: 4_000,
        }),
      ]),
  },
  {
    name: 'network-partitioned',
    title: 'bytes to and from the servers are held back, both ways or one, of all services or one',
    queues: bothQueues,
    rig: { startsServices: false },
    mustHappen: [shown.acknowledged, shown.waited, 'bytes held back'],
    play: (stage) => playThroughLinks(stage, (links) => partitions(stage, links)),
  },
  {
    name: 'network-half-open',
    title: 'every open connection is lost without a sign, and others can be opened',
    queues: bothQueues,
    rig: { startsServices: false },
    mustHappen: ['connections lost without a sign', 'bytes held back'],
    play: playHalfOpen,
  },
  {
    name: 'network-deaf-worker',
    title: 'the connection on which the consumer waits for work is lost without a sign, and no other',
    queues: ['redis'],
    rig: { startsServices: false },
    mustHappen: ['connections lost without a sign'],
    play: playDeafWorker,
  },
]

export async function playThroughLinks(
  stage: Stage,
  toRounds: (links: Links) => readonly Round[],
  options: Parameters<typeof playFaults>[2] = {},
): Promise<Course> {
  return playFaults(stage, toRounds(await startThroughLinks(stage)), options)
}

/** A round for the scenario's runs with a queue in Redis. */
export function whereRedis({ queue }: Stage, ...rounds: Round[]): Round[] {
  return queue === 'redis' ? rounds : []
}

function partitions(stage: Stage, links: Links): Round[] {
  const held =
    (filter: Parameters<Links['select']>[0]): (() => Promise<void>) =>
    async () => {
      await sleep(2_500)
      const bytes = links.select(filter).reduce((sum, { heldBytes }) => sum + heldBytes, 0)
      stage.happened('bytes held back', bytes)
    }
  const round = (
    filter: NonNullable<Parameters<Links['select']>[0]>,
    direction: 'up' | 'down' | 'both',
  ): Round => ({
    what: `nothing passes ${direction} between ${filter.service ?? 'all'} and ${filter.server ?? 'all'}`,
    inject: () => links.inject(filter, (proxy) => proxy.inject({ kind: 'black-hole', direction })),
    durationMs: 5_000,
    meanwhile: held(filter),
  })
  return [
    round({ server: 'postgres' }, 'both'),
    round({ server: 'postgres', service: 'consumer' }, 'down'),
    ...whereRedis(
      stage,
      round({ server: 'redis', service: 'producer' }, 'up'),
      round({ server: 'redis' }, 'down'),
    ),
  ]
}

const forgotten = { kind: 'black-hole', direction: 'both' } as const

/** Holds back for good what the open connections carry. Gives how many those are. */
function forget(proxies: readonly TcpProxy[], isMeant: (lastRequest: string) => boolean): number {
  const chosen = proxies
    .flatMap(({ connections }) => connections)
    .filter(({ lastRequest }) => isMeant(lastRequest))
  for (const connection of chosen) connection.setMode(forgotten)
  return chosen.length
}

async function playHalfOpen(stage: Stage): Promise<Course> {
  const links = await startThroughLinks(stage)
  const lost = (server: 'postgres' | 'redis'): Round => ({
    what: `every connection to ${server} is lost without a sign`,
    inject: async () => {
      const proxies = links.select({ server })
      stage.happened(
        'connections lost without a sign',
        forget(proxies, () => true),
      )
      return activeFault(async () => {
        stage.happened(
          'bytes held back',
          proxies.reduce((sum, { heldBytes }) => sum + heldBytes, 0),
        )
      })
    },
    durationMs: 1_000,
  })
  const course = await playFaults(stage, [lost('postgres'), ...whereRedis(stage, lost('redis'))])
  // In the end the system notices, too: nothing then keeps a service from stopping in order.
  for (const proxy of links.select()) proxy.reset()
  return course
}

function playDeafWorker(stage: Stage): Promise<Course> {
  return playThroughLinks(stage, (links) => [
    {
      what: 'the connection on which the consumer waits is lost without a sign',
      inject: async () => {
        const proxies = links.select({ service: 'consumer', server: 'redis' })
        const count = forget(proxies, (request) => /bzpopmin/i.test(request))
        stage.happened('connections lost without a sign', count)
        return activeFault(async () => undefined)
      },
      durationMs: 1_000,
    },
  ])
}
