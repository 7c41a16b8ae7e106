import { EventEmitter, once } from 'node:events'
import { expect, test } from '@jest/globals'
import { asSoonAsPossible } from './as-soon-as-possible.ts'
import { Breaker } from './breaker.ts'
import { ConfigError } from './environment.ts'
import { openLifetime, type LifetimeOptions } from './lifetime.ts'
import { createLogger } from './logger.ts'
import { actOn, configOrExit, RefusedStartError } from './refused-start.ts'

/** A process whose end is an event. */
class FakeProcess extends EventEmitter {
  exitCode: number | undefined
  exit(code?: number): never {
    this.emit('exited', code)
    // The caller of `exit` never goes on; here it does, with nothing left to do.
    return undefined as never
  }
}

function start(deadlineMs = 3_600_000) {
  const messages: string[] = []
  const logger = createLogger('test', 'info', {
    // A line of the log is an object with a text.
    write: (line) => void messages.push((JSON.parse(line) as { msg: string }).msg),
  })
  const fake = new FakeProcess()
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- has what is called
  const own = fake as unknown as NonNullable<LifetimeOptions['process']>
  return { messages, logger, fake, lifetime: openLifetime({ logger, deadlineMs, process: own }) }
}

test('a signal ends the service, with no word of failure', async () => {
  const { fake, lifetime, messages } = start()
  expect(lifetime.stopping.aborted).toBe(false)
  fake.emit('SIGTERM', 'SIGTERM')
  await lifetime.ended
  expect([lifetime.stopping.aborted, fake.exitCode, messages]).toEqual([true, undefined, ['stopping']])
})

test('a failure ends the service with exit code 1 and a line for each reason', async () => {
  const { fake, lifetime, messages } = start()
  lifetime.fail(new RefusedStartError(['set this', 'set that']))
  await lifetime.ended
  expect([fake.exitCode, messages]).toEqual([1, ['set this', 'set that']])
})

test('a service that does not end after a failure is ended', async () => {
  const { fake, lifetime } = start(1)
  const exited = once(fake, 'exited')
  lifetime.fail(new Error('broken'))
  await expect(exited).resolves.toEqual([1])
})

test('what an unsafe server is refused for is a warning where unsafe servers are allowed', () => {
  const { logger, messages } = start()
  const verdict = { refusals: ['no fsync'], warnings: ['old'] }
  expect(() => actOn(verdict, logger, false)).toThrow(RefusedStartError)
  expect(() => actOn(verdict, logger, true)).not.toThrow()
  expect(messages).toEqual(['old', 'old', 'no fsync (allowed by ALLOW_UNSAFE_SERVERS)'])
})

test('a configuration that is not usable, and a clock before the release, end the process with words', () => {
  const said: string[] = []
  const exit = (line: string): never => {
    said.push(line)
    // As above.
    return undefined as never
  }
  const refuse = (): never => {
    throw new ConfigError(['PORT: is missing'])
  }
  expect(configOrExit(() => 7, { exit })).toBe(7)
  configOrExit(refuse, { exit })
  configOrExit(() => 7, { exit, nowMs: 0 })
  expect(said).toEqual([
    'The configuration is not usable:\n  PORT: is missing',
    'The clock of this machine says 1970-01-01T00:00:00.000Z, before this release: set it.',
  ])
  const broken = (): unknown => JSON.parse('{')
  expect(() => configOrExit(broken, { exit })).toThrow(SyntaxError)
})

test('work is done as soon as its dependency works, and not at all when nothing can mend it', async () => {
  const { signal } = new AbortController()
  let tries = 0
  await asSoonAsPossible(new Breaker(), signal, () => {
    tries += 1
    return tries < 3 ? Promise.reject(new Error('away')) : Promise.resolve()
  })
  expect(tries).toBe(3)
  const breaker = new Breaker()
  const refused = asSoonAsPossible(breaker, signal, () => Promise.reject(new RefusedStartError(['x'])))
  await expect(refused).rejects.toThrow(RefusedStartError)
  expect(breaker.state).toBe('closed')
})
