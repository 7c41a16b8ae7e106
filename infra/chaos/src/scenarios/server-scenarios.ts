import { redisOf } from '../rig/open-rig.ts'
import { bothQueues, observed, type Scenario } from '../scenario.ts'
import { playRedisWiped } from './redis-wiped.ts'
import { playServerStopped } from './server-stopped.ts'

/** A server is shut down in order and started again, or loses what it has. */
export const serverScenarios: readonly Scenario[] = [
  {
    name: 'redis-stopped',
    title: 'Redis is shut down under load and started again',
    queues: ['redis'],
    mustHappen: ['acknowledged during the outage'],
    play: (stage) => playServerStopped(stage, redisOf(stage.rig)),
  },
  {
    name: 'postgres-stopped',
    title: 'PostgreSQL is shut down under load and started again',
    queues: bothQueues,
    mustHappen: ['acknowledged during the outage'],
    play: (stage) => playServerStopped(stage, stage.rig.postgres),
  },
  {
    name: 'redis-wiped',
    title: 'all of Redis is lost while batches wait in it',
    queues: ['redis'],
    mustHappen: ['batches waited in Redis', 'Redis lost its batches', observed.resent],
    play: (stage) => playRedisWiped(stage, redisOf(stage.rig).url),
  },
]
