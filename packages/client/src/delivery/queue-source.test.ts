import { expect, test } from '@jest/globals'
import { EventQueue } from '../core/queue.ts'
import { takeRecord } from '../core/event-record.ts'
import { Reports } from '../core/reports.ts'
import { BatchEncoder } from './batch-encoder.ts'
import { takeBatchInTurns } from './queue-source.ts'

function fill(events: number): { queue: EventQueue; encoder: BatchEncoder } {
  const queue = new EventQueue({ maxEvents: 1_000, maxBytes: 1_000_000 })
  for (let i = 0; i < events; i += 1) queue.push(takeRecord('x', undefined, i, { eventId: i }))
  const encoder = new BatchEncoder({
    newId: () => '',
    defaults: { source: undefined, service: undefined },
    beforeSend: undefined,
    maxEventBytes: 60_000,
    reports: new Reports({}),
  })
  return { queue, encoder }
}

test('a batch is encoded a part at a time, and the host has the turns between', async () => {
  const { queue, encoder } = fill(120)
  queue.markDue()
  let turns = 0
  const batch = await takeBatchInTurns(
    queue,
    encoder,
    { maxEvents: 500, maxBytes: 1_000_000 },
    (callback) => {
      turns += 1
      callback()
    },
  )
  expect(batch?.events.map(({ id }) => id)).toEqual(Array.from({ length: 120 }, (_, i) => String(i)))
  expect(turns).toBe(2)
})

test('events that are not due yet are left', async () => {
  const { queue, encoder } = fill(3)
  const size = { maxEvents: 2, maxBytes: 1_000_000 }
  expect(await takeBatchInTurns(queue, encoder, size, setImmediate)).toBeUndefined()
  queue.markDue()
  expect((await takeBatchInTurns(queue, encoder, size, setImmediate))?.events).toHaveLength(2)
  expect((await takeBatchInTurns(queue, encoder, size, setImmediate))?.events).toHaveLength(1)
  expect(await takeBatchInTurns(queue, encoder, size, setImmediate)).toBeUndefined()
})
