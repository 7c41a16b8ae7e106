import { expect, test } from '@jest/globals'
import type { KeyRecord } from '@weir/http'
import { rotationHints } from './list-keys.ts'

const now = new Date('2026-11-20T00:00:00Z')

function aKey(fields: Partial<KeyRecord>): KeyRecord {
  return {
    id: 'k1',
    projectId: 1,
    name: 'gateway',
    environment: 'live',
    scopes: ['ingest'],
    allowedIps: undefined,
    requestsPerMinute: undefined,
    createdAt: new Date('2026-08-01T00:00:00Z'),
    expiresAt: undefined,
    revokedAt: undefined,
    rotatedFrom: undefined,
    lastUsedAt: undefined,
    ...fields,
  }
}

test('a valid key of more than 90 days is to be replaced', () => {
  expect(rotationHints([aKey({})], now)).toEqual([
    'Key k1 (gateway) is 111 days old. Replace it: npm run weir -- keys rotate k1',
  ])
})

test('a young, revoked, expired or soon expiring key is left alone', () => {
  const keys = [
    aKey({ createdAt: new Date('2026-10-01T00:00:00Z') }),
    aKey({ revokedAt: now }),
    aKey({ expiresAt: new Date('2026-11-01T00:00:00Z') }),
    aKey({ expiresAt: new Date('2026-11-25T00:00:00Z') }),
  ]
  expect(rotationHints(keys, now)).toEqual([])
})
