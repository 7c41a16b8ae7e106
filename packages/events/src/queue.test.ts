import { zstdCompressSync } from 'node:zlib'
import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { fromBatchJob, toBatchJob } from './queue.ts'

const id = '018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b6a'

test('a job gives back the bytes of the batches that it was made of', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 2_000 }), { minLength: 1, maxLength: 9 }),
      fc.boolean(),
      (batches, isPacked) => {
        const job = toBatchJob(
          id,
          batches.map((bytes) => [bytes.subarray(0, 3), bytes.subarray(3)]),
          isPacked,
        )
        // The queue keeps jobs as JSON.
        const read = fromBatchJob(JSON.parse(JSON.stringify(job)))
        expect(read).toEqual(batches.map((bytes) => Buffer.from(bytes)))
      },
    ),
    { numRuns: 50 },
  )
})

test('a batch of rows takes less room in the queue than on its own', () => {
  const rows = Array.from({ length: 100 }, (_unused, index) => `1\t${index}\tllm_query_sent\tgateway`).join(
    '\n',
  )
  const job = toBatchJob(id, [[Buffer.from(rows)]])
  expect(JSON.stringify(job).length).toBeLessThan(rows.length)
})

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['another version', { v: 3, id, data: '' }],
  ['no id', { v: 1, data: '' }],
  ['an id that is none', { v: 1, id: 'b-1', data: '' }],
  ['no data', { v: 1, id }],
  ['data that is not compressed', { v: 1, id, data: Buffer.from('plain').toString('base64') }],
  [
    'data cut off',
    { v: 1, id, data: zstdCompressSync(Buffer.alloc(9_999, 'ab')).subarray(0, 12).toString('base64') },
  ],
  ['a batch cut off', { v: 1, id, data: zstdCompressSync(Buffer.from([0, 0, 0, 9, 1])).toString('base64') }],
])('%s is refused as a job', (_name, data) => {
  expect(() => fromBatchJob(data)).toThrow()
})

test('a job that would fill the memory is refused', () => {
  const data = zstdCompressSync(Buffer.alloc(65 * 1024 * 1024)).toString('base64')
  expect(data.length).toBeLessThan(10_000)
  expect(() => fromBatchJob({ v: 1, id, data })).toThrow()
})
