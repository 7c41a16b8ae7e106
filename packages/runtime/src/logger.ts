import { pino, type DestinationStream, type Logger, type LevelWithSilent } from 'pino'

export type { Logger } from 'pino'
export type LogLevel = LevelWithSilent

const secretHeaders = ['authorization', 'cookie', 'set-cookie', 'x-api-key', 'proxy-authorization']

/** The paths at which an object that is logged may hold a credential: the header itself, or one level of nesting. */
const redactedPaths = secretHeaders.flatMap((name) => [
  `["${name}"]`,
  `headers["${name}"]`,
  `*.headers["${name}"]`,
])

/**
 * A logger that writes one JSON object a line to standard output, or to `destination`. Credentials in headers
 * are written as `[redacted]`. Levels: `error` someone must act, `warn` degraded and handled, `info` changes
 * of state, `debug` off in production.
 */
export function createLogger(
  name: string,
  level: LogLevel = 'info',
  destination?: DestinationStream,
): Logger {
  const options = {
    name,
    level,
    redact: { paths: redactedPaths, censor: '[redacted]' },
    base: { name },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
