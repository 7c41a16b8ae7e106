import { randomBytes } from 'node:crypto'
import { expect } from '@jest/globals'
import { until } from '@weir/chaos/wait'
import type { Answer } from '@weir/http/testing'
import type { Installation } from '../rig/installation.ts'
import { ask, entry, good, log, repeat, send, withValue, type Entry, type Send } from './entry.ts'

/** Sends with a key of three requests a minute until it is refused. */
async function useUp({ producer, addKey }: Pick<Installation, 'producer' | 'addKey'>): Promise<Answer> {
  const key = await addKey({ requestsPerMinute: 3 })
  const post = (): ReturnType<Send> => producer.send({ method: 'POST', path: '/log', body: good }, key)
  let answer = await post()
  await until('the quota is used up', 20_000, async () => (answer = await post()).status === 429)
  return answer
}

/** Fills the small journal of a producer whose consumer is not there. */
const fill: Send = async ({ fragile: { producer } }) => {
  // What can be compressed would take long to fill it.
  const events = Array.from({ length: 10 }, () => withValue(`"${randomBytes(37_500).toString('base64')}"`))
  const body = `[${events.join(',')}]`
  let answer = await producer.post(body)
  await until('the journal is full', 20_000, async () => (answer = await producer.post(body)).status !== 202)
  return answer
}

/** A request is under way when the service is told to stop: it is finished, and no other is taken. */
const stopMeanwhile: Send = async ({ fragile, keys: _keys }) => {
  const { producer, services, keys } = fragile
  const socket = await producer.connect()
  const pieces: Buffer[] = []
  socket.on('data', (piece: Buffer) => pieces.push(piece))
  socket.write(
    `POST /log HTTP/1.1\r\nHost: a\r\nX-API-Key: ${keys.ingest}\r\nContent-Length: ${good.length}\r\n\r\n${good.slice(0, 5)}`,
  )
  // Until the producer has read it, as it answers other requests behind it.
  await producer.post(good)
  const stopping = services.producer.stop()
  await until(
    'no other connection is taken',
    10_000,
    async () => (await services.producer.get('/health')) === undefined,
  )
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(good.slice(5))
  await Promise.all([closed, stopping])
  expect(services.producer.unexpectedEnds).toEqual([])
  const text = Buffer.concat(pieces).toString()
  return { status: Number(text.slice(9, 12)), headers: {}, text, json: {}, kind: undefined }
}

/** What a service cannot take, or not now. */
// prettier-ignore
export const limits: readonly Entry[] = [
  entry('B190', 'more than a key may send', [['it is told when to come again', useUp, 429, 'quota-exceeded', ({ headers }) => {
    expect(headers['ratelimit']).toMatch(/r=0;t=\d+/)
    expect(headers['ratelimit-policy']).toMatch(/q=3;w=60/)
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(Number(/t=(\d+)/.exec(String(headers['ratelimit']))?.[1]))
  }]]),
  entry('B191', 'a list of 1,000 events', [['it counts as one request', async ({ producer, addKey }) => {
    const key = await addKey({ requestsPerMinute: 1_000 })
    const post = (body: string): ReturnType<Send> => producer.send({ method: 'POST', path: '/log', body }, key)
    const before = await post(good)
    const after = await post(`[${repeat(good, 1_000).join(',')}]`)
    expect(remaining(before) - remaining(after)).toBe(1)
    return after
  }, 202]], 'limits are of requests; the size of one is bounded'),
  entry('B192', 'the counts of requests while Redis is away', [['each producer counts for itself', async ({ fragile, redis }) => {
    await redis.shut()
    const answer = await useUp(fragile)
    await redis.open()
    return answer
  }, 429, 'quota-exceeded']]),
  entry('B193', 'a journal that is full', [
    ['it is told when to come again', fill, 503, 'temporary-reduced-capacity', ({ headers }) => {
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
      expect(headers['connection']).not.toBe('close')
    }],
    ['and taken again when the consumer is back', async ({ fragile: { producer, services } }) => {
      await services.consumer.start()
      let answer = await producer.post(good)
      await until('the journal has room', 30_000, async () => (answer = await producer.post(good)).status === 202)
      return answer
    }, 202],
  ]),
  entry('B194', 'a service that is stopping', [['what is under way is finished', stopMeanwhile, 202]]),
  entry('B195', 'a mistake of ours', [
    ['nothing above has found one in the producer', send({ path: '/metrics' }), 200, undefined, ({ text }) => { expect(text).not.toMatch(/status_code="500"/) }],
    ['nothing above has found one in the query service', ask('/metrics'), 200, undefined, ({ text }) => { expect(text).not.toMatch(/status_code="500"/) }],
  ], 'no input is known that is answered with 500; what such an answer would say is a test of the HTTP package'),
  entry('B196', 'addresses for the services to call', [
    ['the producer takes none', send({ path: '/openapi.json' }), 200, undefined, expectNoAddresses],
    ['the query service takes none', ask('/openapi.json'), 200, undefined, expectNoAddresses],
    ['one in an event is text', log(withValue('"http://169.254.169.254/latest/meta-data"')), 202],
  ], 'no service calls an address that a sender gives'),
]

function remaining({ headers }: Answer): number {
  return Number(/r=(\d+)/.exec(String(headers['ratelimit']))?.[1])
}

function expectNoAddresses({ text }: Answer): void {
  expect(text).not.toMatch(/webhook|callback|"format":"ur[il]"/i)
}
