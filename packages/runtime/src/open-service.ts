import { armFailpoints } from './failpoints.ts'
import { keepYoung } from './keep-young.ts'
import { openLifetime, type Lifetime } from './lifetime.ts'
import { createLogger, type LogLevel, type Logger } from './logger.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { configOrExit } from './refused-start.ts'

/** What every service's configuration has. */
export interface ServiceConfig {
  logLevel: LogLevel
  shutdown: { deadlineMs: number }
}

/** What every service begins with. */
export interface Service<Config> extends Lifetime {
  config: Config
  logger: Logger
  metrics: Metrics
}

/**
 * Sets the collector, reads the configuration, begins to hear signals, and opens log and metrics. When the
 * environment cannot be read, the process ends with exit code 1 and a line for each problem.
 */
export function openService<Config extends ServiceConfig>(
  name: string,
  readConfig: (env: NodeJS.ProcessEnv) => Config,
  env: NodeJS.ProcessEnv,
): Service<Config> {
  keepYoung()
  const config = configOrExit(() => {
    armFailpoints(env)
    return readConfig(env)
  })
  const logger = createLogger(name, config.logLevel)
  const lifetime = openLifetime({ logger, deadlineMs: config.shutdown.deadlineMs })
  return { config, logger, metrics: createMetrics(), ...lifetime }
}
