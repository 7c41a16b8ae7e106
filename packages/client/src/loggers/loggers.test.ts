import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { pino } from 'pino'
import winston from 'winston'
import type { WireEvent } from '../delivery/batch-encoder.ts'
import { createQuickWeir, FakeServer } from '../testing.ts'
import createPinoTransport from './pino.ts'
import { WeirTransport } from './winston.ts'

let server: Server
let url: string
const arrived: WireEvent[] = []

beforeAll(async () => {
  server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const body = Buffer.concat(chunks)
      const events = JSON.parse(
        (req.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString(),
      ) as WireEvent[]
      arrived.push(...events)
      res.writeHead(202).end(JSON.stringify({ accepted: events.length }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP address: it listens on a port.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

test('pino, in its own thread, has its lines stored when the program ends', async () => {
  const target = new URL('./pino.ts', import.meta.url).href
  const script = `import { pino } from ${JSON.stringify(import.meta.resolve('pino'))}
    const logger = pino({ name: 'shop', transport: { target: ${JSON.stringify(target)}, options: { url: ${JSON.stringify(url)}, apiKey: 'k', source: 'pino' } } })
    logger.info({ userId: 'u1', requestId: 'r1', durationMs: 12 }, 'stored')
    logger.error({ err: Object.assign(new TypeError('broken'), { code: 'E1' }) }, 'failed')
    logger.debug('not logged')
    logger.child({ component: 'cart' }).fatal('über')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' })
  expect((await once(child, 'close'))[0]).toBe(0)
  expect(arrived).toMatchObject([
    {
      event_type: 'log',
      level: 'info',
      message: 'stored',
      component: 'shop',
      user_id: 'u1',
      request_id: 'r1',
      duration_ms: 12,
      source: 'pino',
      host: expect.any(String),
    },
    {
      event_type: 'error_occurred',
      level: 'error',
      message: 'failed',
      error_type: 'TypeError',
      error_message: 'broken',
      error_code: 'E1',
      stack: expect.stringContaining('TypeError: broken'),
    },
    { level: 'critical', message: 'über', component: 'cart' },
  ])
})

test('pino may also write to the transport itself', async () => {
  const fake = new FakeServer()
  const transport = createPinoTransport({ url, apiKey: 'k', post: fake.post })
  const logger = pino({ level: 'trace' }, transport)
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) logger[level](level)
  transport.write('no JSON\n')
  transport.write('{"level":35,"msg":"own level"}')
  transport.end()
  await once(transport, 'finish')
  expect(fake.events.map(({ level, message }) => [level, message])).toEqual([
    ['trace', 'trace'],
    ['debug', 'debug'],
    ['info', 'info'],
    ['warning', 'warn'],
    ['error', 'error'],
    ['critical', 'fatal'],
    ['info', 'no JSON'],
    ['info', 'own level'],
  ])
})

test('winston has its messages stored with level, fields and errors, when it ends', async () => {
  const fake = new FakeServer()
  const transport = new WeirTransport({ url, apiKey: 'k', post: fake.post, flushOnExit: false })
  const logger = winston.createLogger({
    level: 'info',
    format: winston.format.combine(winston.format.errors({ stack: true }), winston.format.timestamp()),
    defaultMeta: { service: 'shop' },
    transports: [transport],
  })
  logger.info('stored', { userId: 'u1', durationMs: 3 })
  logger.debug('not logged')
  logger.warn('careful')
  logger.error(new RangeError('too far'))
  logger.error('failed', { error: new TypeError('broken') })
  logger.end()
  await once(transport, 'finish')
  expect(fake.events).toMatchObject([
    {
      event_type: 'log',
      level: 'info',
      message: 'stored',
      user_id: 'u1',
      duration_ms: 3,
      service: 'shop',
      timestamp: expect.stringMatching(/Z$/),
    },
    { level: 'warning', message: 'careful' },
    {
      event_type: 'error_occurred',
      level: 'error',
      message: 'too far',
      stack: expect.stringContaining('RangeError: too far'),
    },
    { event_type: 'error_occurred', message: 'failed', error_type: 'TypeError', error_message: 'broken' },
  ])
})

test('a winston transport keeps to its own level, to silent, and to the client that it is given', async () => {
  const { weir, sent } = createQuickWeir()
  const strict = new WeirTransport({ weir, winstonLevel: 'error' })
  const silent = new WeirTransport({ weir, silent: true })
  const logger = winston.createLogger({ level: 'silly', transports: [strict, silent] })
  logger.info('not logged')
  logger.error('logged')
  logger.end()
  await once(strict, 'finish')
  weir.logInfo('still open')
  expect((await sent()).map(({ message }) => message)).toEqual(['logged', 'still open'])
})

test('a winston logger with colours, and one of syslog levels, keep their levels', async () => {
  const { weir, sent } = createQuickWeir()
  const logger = winston.createLogger({
    levels: winston.config.syslog.levels,
    level: 'debug',
    format: winston.format.colorize(),
    transports: [new WeirTransport({ weir })],
  })
  winston.addColors(winston.config.syslog.colors)
  for (const level of ['emerg', 'crit', 'warning', 'notice', 'debug']) logger.log(level, 'x')
  expect((await sent()).map(({ level }) => level)).toEqual([
    'critical',
    'critical',
    'warning',
    'info',
    'debug',
  ])
})
