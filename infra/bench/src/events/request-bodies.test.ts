import { expect, test } from '@jest/globals'
import { readFlatBody } from '@weir/formats'
import { makeBodies } from './request-bodies.ts'
import { makeIntake } from './to-row.ts'

test('the same seed makes the same bodies, each event about 270 bytes', () => {
  const [first] = makeBodies(1, 100, 7)
  const [again] = makeBodies(1, 100, 7)

  expect(first?.bytes.equals(again?.bytes ?? Buffer.alloc(0))).toBe(true)
  expect((first?.bytes.length ?? 0) / 100).toBeGreaterThan(230)
  expect((first?.bytes.length ?? 0) / 100).toBeLessThan(310)
})

test('a timestamp can be set in place in every event', () => {
  const [body] = makeBodies(1, 3, 7)
  const now = '2026-11-20T10:30:45.123Z'
  for (const offset of body?.stampOffsets ?? []) body?.bytes.write(now, offset, 'latin1')

  const events: { timestamp: string }[] = JSON.parse(body?.bytes.toString() ?? '')

  expect(events.map(({ timestamp }) => timestamp)).toEqual([now, now, now])
})

test.each([1, 100, 1_000])('the producer reads bodies of %d events by its quick way', (count) => {
  const intake = makeIntake(1, Date.UTC(2026, 0, 1))

  const bodies = makeBodies(20, count, 7).map(({ bytes }) => readFlatBody(bytes, intake, count))

  expect(bodies.map((body) => body?.eventCount)).toEqual(Array.from({ length: 20 }, () => count))
})

test('the records of another format are the same ones with times that can be set', () => {
  const [body] = makeBodies(1, 2, 7, 'kong')
  expect(body?.stampOffsets).toHaveLength(2)
  const records: unknown = JSON.parse(body?.bytes.toString() ?? '')
  expect(records).toMatchObject([
    { request: { uri: '/orders/0?sort=asc' }, started_at: expect.any(String) },
    {},
  ])
})
