export { createLogger, type Logger, type LogLevel } from './logger.ts'
export {
  createCounter,
  createCountersBy,
  createGauge,
  createGaugesBy,
  createHistogram,
  createMetrics,
  type Metrics,
} from './metrics.ts'
export { createCellCounter, createCellHistogram, type CounterCell, type HistogramCell } from './cells.ts'
export { openService, type Service, type ServiceConfig } from './open-service.ts'
export { openLifetime, type Lifetime, type LifetimeOptions } from './lifetime.ts'
export { actOn, configOrExit, RefusedStartError, type Verdict } from './refused-start.ts'
export { asSoonAsPossible } from './as-soon-as-possible.ts'
export { DeadlineError, withDeadline } from './deadline.ts'
export { backoffMs, type BackoffOptions } from './backoff.ts'
export { readPrivateFile, writePrivateFile } from './private-file.ts'
export { sleep } from './sleep.ts'
export { armFailpoints, failpoint, type Failpoint } from './failpoints.ts'
export { ConfigError, parseEnvironment } from './environment.ts'
export { Breaker, type BreakerOptions, type BreakerState } from './breaker.ts'
export { watchBreakers } from './watch-breakers.ts'
export { findKnownSecrets } from './known-secrets.ts'
export { nodeOptions } from './node-options.ts'
export { serviceEnvironment, type ShutdownTimes } from './service-environment.ts'
