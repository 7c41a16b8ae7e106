import { expect, test } from '@jest/globals'
import { fromBatchJob, type BatchJob } from '@weir/events'
import { JournalReadError } from '@weir/journal'
import { Breaker, createLogger } from '@weir/runtime'
import { Forwarder } from './forwarder.ts'
import type { UnconfirmedBatch } from './unconfirmed-batches.ts'

const logger = createLogger('test', 'silent')
const gate = { opened: () => Promise.resolve(), added: () => undefined }
const id = (n: number) => `018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b6${n}`

function aBatch(n: number): UnconfirmedBatch {
  const ref = { segment: 1, offset: n, byteLength: 10, seq: n }
  return {
    id: id(n),
    ref,
    lineBytes: ref.byteLength,
    isPacked: false,
    projects: { 1: 1 },
    acceptedHour: undefined,
    isDamaged: false,
    jobId: undefined,
    forwardedAtMs: undefined,
  }
}

test('a batch that is damaged on the disk does not keep the others from the queue', async () => {
  const texts: string[] = []
  const all = Promise.withResolvers<void>()
  const damaged: number[] = []
  const forwarder = new Forwarder({
    logger,
    onDamaged: ({ ref }) => damaged.push(ref.seq),
    gate,
    breaker: new Breaker(),
    journal: {
      read: ({ seq }) =>
        seq === 2
          ? Promise.reject(new JournalReadError('damaged'))
          : Promise.resolve(Buffer.from(`batch ${seq}`)),
    },
    queue: {
      add: (job: BatchJob) => {
        texts.push(...fromBatchJob(job).map(String))
        if (texts.length === 2) all.resolve()
        return Promise.resolve()
      },
    },
  })
  const batches = [1, 2, 3].map(aBatch)
  for (const batch of batches) forwarder.push(batch)
  forwarder.start()
  await all.promise
  await forwarder.close()
  expect(texts).toEqual(['batch 1', 'batch 3'])
  expect(damaged).toEqual([2])
  expect(batches.map(({ forwardedAtMs }) => forwardedAtMs !== undefined)).toEqual([true, false, true])
})

test('a job holds no more than it may when its batches are unpacked, however little of them the journal has', async () => {
  const jobs: BatchJob[] = []
  const done = Promise.withResolvers<void>()
  const forwarder = new Forwarder({
    logger,
    onDamaged: () => undefined,
    gate,
    breaker: new Breaker(),
    journal: { read: ({ seq }) => Promise.resolve(Buffer.from(`batch ${seq}`)) },
    queue: {
      add: (job: BatchJob) => {
        jobs.push(job)
        if (jobs.length === 2) done.resolve()
        return Promise.resolve()
      },
    },
  })
  const packed = [1, 2, 3].map((n) => ({ ...aBatch(n), lineBytes: 250_000, isPacked: true }))
  for (const batch of packed) forwarder.push(batch)
  forwarder.start()
  await done.promise
  await forwarder.close()
  expect(jobs.map((job) => fromBatchJob(job).map(String))).toEqual([['batch 1', 'batch 2'], ['batch 3']])
  // They are not compressed again.
  expect(jobs.map(({ v }) => v)).toEqual([2, 2])
})

test('a batch is given to the queue again until it takes it', async () => {
  let tries = 0
  const done = Promise.withResolvers<void>()
  const forwarder = new Forwarder({
    logger,
    onDamaged: () => undefined,
    gate,
    breaker: new Breaker(),
    journal: { read: () => Promise.resolve(Buffer.from('x')) },
    queue: {
      add: () => {
        tries += 1
        if (tries < 3) return Promise.reject(new Error('away'))
        done.resolve()
        return Promise.resolve()
      },
    },
  })
  forwarder.start()
  forwarder.push(aBatch(1))
  await done.promise
  await forwarder.close()
  expect(tries).toBe(3)
})
