import { EventEmitter, once } from 'node:events'
import { expect, test } from '@jest/globals'
import { untilStopped, type StoppableProcess } from './until-stopped.ts'

/** A process whose end is an event. */
class FakeProcess extends EventEmitter {
  exit(code?: number): never {
    this.emit('exited', code)
    // The caller of `exit` never goes on; here it does, with nothing left to do.
    return undefined as never
  }
}

function start(deadlineMs: number) {
  const fake = new FakeProcess()
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- has the three methods that are called
  return { fake, stopped: untilStopped({ deadlineMs, process: fake as unknown as StoppableProcess }) }
}

test('resolves with the first signal', async () => {
  const { fake, stopped } = start(3_600_000)
  fake.emit('SIGTERM', 'SIGTERM')
  await expect(stopped).resolves.toBe('SIGTERM')
})

test('a second signal ends the process', async () => {
  const { fake, stopped } = start(3_600_000)
  fake.emit('SIGINT', 'SIGINT')
  await stopped
  const exited = once(fake, 'exited')
  fake.emit('SIGTERM', 'SIGTERM')
  await expect(exited).resolves.toEqual([1])
})

test('the deadline ends the process', async () => {
  const { fake } = start(1)
  const exited = once(fake, 'exited')
  fake.emit('SIGTERM', 'SIGTERM')
  await expect(exited).resolves.toEqual([1])
})
