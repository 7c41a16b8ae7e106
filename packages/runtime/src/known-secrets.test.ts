import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { findKnownSecrets, isKnownSecret } from './known-secrets.ts'

const guessed =
  'changeme change-me Change_Me! demo demo-key test-key TEST_API_KEY admin admin123 password Password1 secret ' +
  'my-secret your-api-key adminadmin 12345678 xxxxxxxx weir postgres dev-secret example-api-key default_password'

test.each(guessed.split(' '))('%s is a secret that anybody could guess', (secret) => {
  expect(isKnownSecret(secret)).toBe(true)
})

test('random secrets, and long ones that contain such a word, are not', () => {
  for (let round = 0; round < 200; round += 1)
    expect(isKnownSecret(randomBytes(24).toString('hex'))).toBe(false)
  expect(isKnownSecret('correct horse battery staple')).toBe(false)
  expect(isKnownSecret('test-7f3a9c21d0e8')).toBe(false)
})

test('they are refused in production alone, by the name of their variable and without their value', () => {
  const secrets = {
    API_KEY: 'test-key',
    ADMIN_API_KEY: randomBytes(24).toString('hex'),
    DATABASE_URL: 'postgres://weir:changeme@db/weir',
    REDIS_URL: 'redis://redis:6379',
    DATABASE_PASSWORD: undefined,
  }
  expect(findKnownSecrets('development', secrets)).toEqual([])
  expect(findKnownSecrets(undefined, secrets)).toEqual([])
  const lines = findKnownSecrets('production', secrets)
  expect(lines.map((line) => line.split(':')[0])).toEqual(['API_KEY', 'DATABASE_URL'])
  expect(lines.join()).not.toMatch(/test-key|changeme/)
})
