import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { runScript } from './run-script.ts'
import { openWeir, type Weir } from './weir.ts'

let weir: Weir

beforeAll(async () => {
  weir = await openWeir()
})

afterAll(async () => {
  await weir[Symbol.asyncDispose]()
})

/** Says of each line what the transport makes of Weir's answer. */
const logThree = `
  const [transport] = logger.transports
  transport.on('warn', (error) => console.log('WARN', error.message))
  transport.on('logged', () => console.log('LOGGED'))
  logger.warn('disk %s', 'full', { disk: 'a', n: 1, service: 'shop' })
  logger.error(new Error('boom'))
  logger.silly('too quiet to be logged')`

test.each([
  ['alone', { 'batch: true,\n      batchInterval: 1_000,\n': '' }, 1],
  ['in a batch', {}, 2],
])(
  'lines of winston are stored, %s, and winston takes the answer for success',
  async (_name, changes, round) => {
    const { hostname, port } = new URL(weir.url)
    const replace = {
      "host: '127.0.0.1'": `host: '${hostname}'`,
      'port: 8001': `port: ${port}`,
      'YOUR-KEY': weir.key,
    }
    const output = await runScript(weir, 'winston', { ...replace, ...changes }, logThree)
    expect(output).toContain('LOGGED')
    expect(output).not.toContain('WARN')
    const events = await weir.waitForEvents('winston', 2 * round)
    expect(events).toHaveLength(2 * round)
    expect(events.filter((event) => event['level'] === 'warning')).toHaveLength(round)
    expect(events.find((event) => event['level'] === 'warning')).toMatchObject({
      event_type: 'log',
      message: 'disk full',
      service: 'shop',
      payload: { disk: 'a', n: 1 },
    })
    expect(events.find((event) => event['level'] === 'error')).toMatchObject({
      message: 'boom',
      payload: { stack: expect.stringContaining('Error: boom') },
    })
    expect(await weir.findTroubles()).toEqual([])
  },
)
