import type { Scenario } from './scenario.ts'
import { bootScenarios } from './scenarios/boot-scenarios.ts'
import { consumerScenarios } from './scenarios/consumer-scenarios.ts'
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
]
