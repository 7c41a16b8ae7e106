import { createServer } from 'node:http'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { naiveQueueName } from './naive-table.ts'

// The naive twin's worker: one INSERT for each job.

interface NaiveEvent {
  event_type: string
  session_id?: number | string
  source?: string
  level?: string
  timestamp?: string
  payload?: unknown
}

const insert = `
  insert into naive_events (event_type, session_id, source, level, occurred_at, payload)
  values ($1, $2, $3, $4, $5, $6)`
const redis = new Redis(process.env['REDIS_URL'] ?? '', { maxRetriesPerRequest: null })
const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 10 })
const worker = new Worker<NaiveEvent>(
  naiveQueueName,
  async ({ data }) => {
    const { event_type: type, session_id: session, source, level, timestamp, payload } = data
    await pool.query(insert, [type, session, source, level, timestamp, JSON.stringify(payload ?? {})])
  },
  { connection: redis, concurrency: 50 },
)
const server = createServer((_req, res) => res.end('ok')).listen(Number(process.env['PORT']), '127.0.0.1')
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
  void worker
    .close()
    .then(() => pool.end())
    .then(() => redis.disconnect())
})
