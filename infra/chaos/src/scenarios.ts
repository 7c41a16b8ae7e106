import type { Scenario } from './scenario.ts'
import { bootScenarios } from './scenarios/boot-scenarios.ts'
import { consumerScenarios } from './scenarios/consumer-scenarios.ts'
import { diskDamage } from './scenarios/disk-damage.ts'
import { diskPower } from './scenarios/disk-power.ts'
import { diskRoom } from './scenarios/disk-room.ts'
import { diskSyscalls } from './scenarios/disk-syscalls.ts'
import { networkDegraded } from './scenarios/network-degraded.ts'
import { networkOutages } from './scenarios/network-outages.ts'
import { postgresOutages } from './scenarios/postgres-outages.ts'
import { postgresRefusals } from './scenarios/postgres-refusals.ts'
import { redisMemory } from './scenarios/redis-memory.ts'
import { redisOutages } from './scenarios/redis-outages.ts'
import { deliveryScenarios } from './scenarios/delivery-scenarios.ts'
import { duplicateScenarios } from './scenarios/duplicate-scenarios.ts'
import { failpointScenarios } from './scenarios/failpoint-scenarios.ts'
import { migrationScenarios } from './scenarios/migration-scenarios.ts'
import { randomKillScenarios } from './scenarios/random-kill-scenarios.ts'
import { rollingRestart } from './scenarios/rolling-restart.ts'
import { serverScenarios } from './scenarios/server-scenarios.ts'

/** Every scenario, in the order in which they are played. A family of them is a file of the folder. */
export const scenarios: readonly Scenario[] = [
  ...failpointScenarios,
  ...randomKillScenarios,
  ...consumerScenarios,
  ...deliveryScenarios,
  ...duplicateScenarios,
  ...migrationScenarios,
  rollingRestart,
  ...bootScenarios,
  ...serverScenarios,
  ...redisOutages,
  ...redisMemory,
  ...postgresOutages,
  ...postgresRefusals,
  ...networkOutages,
  ...networkDegraded,
  ...diskSyscalls,
  ...diskRoom,
  ...diskDamage,
  ...diskPower,
]
