import { Queue } from 'bullmq'
import express from 'express'
import { Redis } from 'ioredis'
import { naiveQueueName } from './naive-table.ts'

// The naive twin's producer: one BullMQ job for each event, 202 when Redis has them.

const redis = new Redis(process.env['REDIS_URL'] ?? '', { maxRetriesPerRequest: null })
const queue = new Queue(naiveQueueName, {
  connection: redis,
  defaultJobOptions: { removeOnComplete: true },
})
const app = express()
app.use(express.json({ limit: '4mb' }))
app.post('/log', async (req, res) => {
  const events: unknown[] = Array.isArray(req.body) ? req.body : [req.body]
  await Promise.all(events.map((event) => queue.add('log', event)))
  res.status(202).json({ status: 'queued' })
})
app.get('/health', (_req, res) => {
  res.json({ status: 'ok' })
})
const server = app.listen(Number(process.env['PORT']), '127.0.0.1')
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
  void queue.close().then(() => redis.disconnect())
})
