import { hash } from 'node:crypto'
import { columnIndex, decodeBatch, decodeField, fromBatchJob } from '@weir/events'
import { Queue } from 'bullmq'
import { wrapAdd } from './wrap-add.ts'

// The id that a sender gave its event names the job, as if nobody else could use the same.
wrapAdd(Queue.prototype, (data, options) => {
  const senderId = findSenderId(data)
  return senderId === undefined ? options : { ...options, jobId: `b-${hash('sha256', senderId)}` }
})

function findSenderId(data: unknown): string | undefined {
  for (const batch of fromBatchJob(data).map(decodeBatch)) {
    for (const row of batch.rows.toString('utf8').split('\n')) {
      const id = decodeField(row.split('\t')[columnIndex.event_key])
      if (id !== null) return id
    }
  }
  return undefined
}
