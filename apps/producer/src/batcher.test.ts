import { expect, test } from '@jest/globals'
import { Batcher } from './batcher.ts'

const rows = (text: string) => ({
  projectId: 1,
  rows: Buffer.from(text),
  eventCount: 1,
  keyed: 0,
  receivedAt: new Date().toISOString(),
})

test('when a write is given up, everybody who waits is answered, and what had not begun is never written', async () => {
  const written: string[] = []
  const disk = Promise.withResolvers<void>()
  const batcher = new Batcher('018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b61', async (_header, pieces) => {
    written.push(Buffer.concat(pieces).toString().split('\n').slice(1).join())
    await disk.promise
  })
  expect(batcher.writingForMs).toBe(0)
  const outcomes = Promise.allSettled([batcher.add(rows('a')), batcher.add(rows('bb'))])
  expect(batcher.writingForMs).toBeGreaterThan(0)
  batcher.giveUp(new Error('slow'))
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  // What is being written still has its bytes.
  expect(batcher.waitingBytes).toBe(1)
  disk.resolve()
  await batcher.add(rows('c'))
  expect(written).toEqual(['a', 'c'])
  expect([batcher.waitingBytes, batcher.writingForMs]).toEqual([0, 0])
})
