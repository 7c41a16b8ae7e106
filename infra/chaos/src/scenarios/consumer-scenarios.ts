import { redisOf } from '../rig/open-rig.ts'
import { bothQueues, observed, type Scenario } from '../scenario.ts'
import { playConsumerAway } from './consumer-away.ts'
import { playConsumerKilled } from './consumer-killed.ts'

/** Faults of the consumer as a whole. */
export const consumerScenarios: readonly Scenario[] = [
  {
    name: 'consumer-killed',
    title: 'the consumer is killed three times while events are posted as fast as they are taken',
    queues: bothQueues,
    mustHappen: [observed.suppressed, observed.stalled, 'work waited at a kill'],
    play: playConsumerKilled,
  },
  {
    name: 'consumer-away',
    title:
      'no consumer runs while the backlog waits in the queue for longer than batches are given again after',
    queues: ['redis'],
    mustHappen: ['batches travelled together'],
    play: (stage) => playConsumerAway(stage, redisOf(stage.rig)),
  },
]
