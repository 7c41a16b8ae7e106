import { sleep } from '@weir/runtime'
import { Redis } from 'ioredis'
import type { Random } from '../random.ts'
import type { Rig } from '../rig/open-rig.ts'
import type { Restartable } from '../rig/restartable.ts'

/** Something that goes wrong for a while. Resolves when it is healed. */
export interface SoakFault {
  name: string
  /** How often it is chosen, relative to the others. */
  weight: number
  /** Whether a service is another process afterwards. */
  restartsService?: true
  inject: (rig: Rig, random: Random) => Promise<void>
}

const shortPause = (random: Random): Promise<void> => sleep(random.between(200, 3_000))
const services = ['producer', 'consumer', 'query'] as const

const serviceFaults: readonly SoakFault[] = services.flatMap((name) => [
  {
    name: `${name} killed`,
    // As often as over the whole of a soak, in the part of it that may start them again.
    weight: 4,
    restartsService: true,
    async inject(rig) {
      await rig[name].kill()
      await rig[name].start()
    },
  },
  {
    name: `${name} suspended`,
    weight: 2,
    async inject(rig, random) {
      rig[name].signal('SIGSTOP')
      await shortPause(random)
      rig[name].signal('SIGCONT')
    },
  },
])

const restarts = (name: string, serverOf: (rig: Rig) => Restartable): SoakFault[] => [
  {
    name: `${name} killed`,
    weight: 2,
    async inject(rig, random) {
      await serverOf(rig).kill()
      await shortPause(random)
      await serverOf(rig).start()
    },
  },
  {
    name: `${name} shut down`,
    weight: 2,
    async inject(rig, random) {
      await serverOf(rig).stop()
      await shortPause(random)
      await serverOf(rig).start()
    },
  },
]

const postgresFaults: readonly SoakFault[] = [
  ...restarts('PostgreSQL', ({ postgres }) => postgres),
  {
    name: 'connections to PostgreSQL ended',
    weight: 3,
    async inject({ pool }) {
      await pool.query(`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name like 'weir-%' and application_name <> 'weir-chaos'`)
    },
  },
  {
    name: 'events locked',
    weight: 2,
    async inject({ pool }, random) {
      const client = await pool.connect()
      try {
        await client.query('begin')
        await client.query('lock table log_events in access exclusive mode')
        await shortPause(random)
        await client.query('rollback')
      } finally {
        client.release()
      }
    },
  },
]

/** Faults of a Redis that is there. */
function redisFaults(redis: Restartable): SoakFault[] {
  return [
    ...restarts('Redis', () => redis),
    {
      name: 'Redis suspended',
      weight: 3,
      async inject(_rig, random) {
        redis.signal('SIGSTOP')
        await shortPause(random)
        redis.signal('SIGCONT')
      },
    },
    {
      name: 'Redis emptied',
      weight: 2,
      async inject() {
        const client = new Redis(redis.url)
        await client.flushall()
        client.disconnect()
      },
    },
  ]
}

/** Every fault that this rig can have. */
export function soakFaults({ redis }: Rig): readonly SoakFault[] {
  return [...serviceFaults, ...postgresFaults, ...(redis === undefined ? [] : redisFaults(redis))]
}

/** One of them, by weight. */
export function chooseFault(faults: readonly SoakFault[], random: Random): SoakFault | undefined {
  let left = random.next() * faults.reduce((sum, { weight }) => sum + weight, 0)
  return faults.find(({ weight }) => (left -= weight) < 0)
}
