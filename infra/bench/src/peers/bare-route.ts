import express from 'express'

// The baseline of the HTTP rows: an Express 5 route with express.json() that does no work.

const app = express()
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
