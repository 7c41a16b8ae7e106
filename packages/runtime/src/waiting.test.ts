import { expect, test } from '@jest/globals'
import { DeadlineError, withDeadline } from './deadline.ts'
import { sleep } from './sleep.ts'

test('work that is done in time gives its result', async () => {
  await expect(withDeadline(Promise.resolve(7), 60_000, 'Adding')).resolves.toBe(7)
})

test('work that takes too long rejects, and says what took how long', async () => {
  const never = new Promise<never>(() => undefined)
  const expected = new DeadlineError('Adding took longer than 1 ms.')
  await expect(withDeadline(never, 1, 'Adding')).rejects.toEqual(expected)
})

test('sleep ends when its signal is aborted, before or while it sleeps', async () => {
  const stopping = new AbortController()
  const asleep = sleep(3_600_000, stopping.signal)
  stopping.abort()
  await asleep
  await sleep(3_600_000, stopping.signal)
  await sleep(1)
})
