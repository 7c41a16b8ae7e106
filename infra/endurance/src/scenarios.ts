import type { Restartable } from './restartable.ts'
import { playConsumerAway } from './scenarios/consumer-away.ts'
import { playConsumerKilled } from './scenarios/consumer-killed.ts'
import { playRedisWiped } from './scenarios/redis-wiped.ts'
import { playServerStopped } from './scenarios/server-stopped.ts'
import type { Rig } from './rig.ts'
import type { Scenario } from './stage.ts'

/** Every scenario, in the order in which they are played. */
export const scenarios: readonly Scenario[] = [
  { name: 'consumer-killed', queue: 'redis', play: playConsumerKilled },
  { name: 'consumer-killed-postgres-queue', queue: 'postgres', play: playConsumerKilled },
  { name: 'consumer-away', queue: 'redis', play: (stage) => playConsumerAway(stage, redisOf(stage.rig)) },
  { name: 'redis-stopped', queue: 'redis', play: (stage) => playServerStopped(stage, redisOf(stage.rig)) },
  { name: 'postgres-stopped', queue: 'redis', play: (stage) => playServerStopped(stage, stage.rig.postgres) },
  {
    name: 'postgres-stopped-postgres-queue',
    queue: 'postgres',
    play: (stage) => playServerStopped(stage, stage.rig.postgres),
  },
  { name: 'redis-wiped', queue: 'redis', play: (stage) => playRedisWiped(stage, redisOf(stage.rig).url) },
]

function redisOf({ redis }: Rig): Restartable {
  if (redis === undefined) throw new Error('This scenario needs a queue in Redis.')
  return redis
}
