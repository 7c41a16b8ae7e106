/** What the tests use of a package that has no types. */
declare module 'splunk-logging' {
  class Logger {
    constructor(config: { token: string; url: string })
    error: (error: unknown, context: unknown) => void
    send(context: object, callback: (error: unknown, response: unknown, body: object) => void): void
  }
  const splunk: { Logger: typeof Logger }
  export = splunk
}
