import { createWeir } from '@weir/client'
import { logExpressRequests } from '@weir/client/express'
import express from 'express'

// The bare route again, with every request logged to a Weir: LOGGING_SERVICE_URL, API_KEY.

const weir = createWeir({ source: 'bench' })
const app = express()
app.use(logExpressRequests(weir, { excludePaths: ['/health'] }))
app.use(express.json({ limit: '4mb' }))
app.post('/log', (_req, res) => {
  res.status(202).json({ status: 'ok' })
})
app.get('/health', (_req, res) => {
  res.json({ status: 'ok' })
})
const server = app.listen(Number(process.env['PORT']), '127.0.0.1')
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})
