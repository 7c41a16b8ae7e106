import { afterEach, expect, test } from '@jest/globals'
import { armFailpoints, failpoint } from './failpoints.ts'

afterEach(() => armFailpoints({}))

test('does nothing while it is not armed', () => {
  armFailpoints({})
  expect(() => failpoint('consumer.after_commit')).not.toThrow()
})

test('acts once, at the pass that was asked for, and at no other point', () => {
  armFailpoints({ FAILPOINTS: 'consumer.after_commit:throw@2,consumer.after_take:delay=0' })
  expect(() => failpoint('consumer.after_commit')).not.toThrow()
  expect(() => failpoint('consumer.after_take')).not.toThrow()
  expect(() => failpoint('consumer.after_commit')).toThrow('consumer.after_commit')
  expect(() => failpoint('consumer.after_commit')).not.toThrow()
})

test.each(['consumer.never:kill', 'consumer.after_take', 'consumer.after_take:explode', ''])(
  'refuses %p, unless nothing is asked for',
  (text) => {
    const arm = (): void => armFailpoints({ FAILPOINTS: text })
    if (text === '') expect(arm).not.toThrow()
    else expect(arm).toThrow('FAILPOINTS')
  },
)

test('refuses to be armed in production', () => {
  const env = { FAILPOINTS: 'consumer.after_take:kill', NODE_ENV: 'production' }
  expect(() => armFailpoints(env)).toThrow('not for production')
})
