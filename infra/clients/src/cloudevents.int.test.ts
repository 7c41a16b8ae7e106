import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { CloudEvent, emitterFor, httpTransport, Mode } from 'cloudevents'
import { runScript } from './run-script.ts'
import { openWeir, type StoredEvent, type Weir } from './weir.ts'

let weir: Weir

beforeAll(async () => {
  weir = await openWeir()
})

afterAll(async () => {
  await weir[Symbol.asyncDispose]()
})

async function waitForKey(key: string, count: number): Promise<StoredEvent | undefined> {
  const events = await weir.waitForEvents('cloudevents', count)
  return events.find((event) => event['event_key'] === `cloudevents:${key}`)
}

test('the lines of the documentation deliver an event', async () => {
  const url = 'http://127.0.0.1:8001'
  const output = await runScript(weir, 'cloudevents', { [url]: weir.url, 'YOUR-KEY': weir.key }, '')
  expect(output).toBe('')
  const [event] = await weir.waitForEvents('cloudevents', 1)
  expect(event).toMatchObject({
    event_type: 'com.example.order.placed',
    service: '/orders',
    payload: { total: 12.5, cloudevent: { specversion: '1.0' } },
  })
})

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test.each([Mode.BINARY, Mode.STRUCTURED])('an event is stored whole, and once: %s', async (mode) => {
  const emit = emitterFor(httpTransport(`${weir.url}/log?access_token=${weir.key}`), { mode })
  const fields = { source: '/orders', type: 'com.example.order', subject: 'größe', traceparent, region: 'eu' }
  const event = new CloudEvent({ id: `${mode} 1`, ...fields, data: { model: 'm', n: 1 } })
  const other = new CloudEvent({ id: `${mode} 2`, ...fields, data: { n: 2 } })
  await emit(event)
  await emit(event)
  await emit(other)
  const isStored = mode === Mode.BINARY ? 3 : 5
  expect(await waitForKey(`["/orders","${mode} 2"]`, isStored)).toBeDefined()
  const stored = await weir.waitForEvents('cloudevents', isStored)
  expect(stored).toHaveLength(isStored)
  expect(await waitForKey(`["/orders","${mode} 1"]`, isStored)).toMatchObject({
    event_type: 'com.example.order',
    service: '/orders',
    occurred_at: new Date(event.time ?? ''),
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    llm_model: 'm',
    payload: { n: 1, cloudevent: { id: `${mode} 1`, subject: 'größe', region: 'eu', specversion: '1.0' } },
  })
})

test.each([Mode.BINARY, Mode.STRUCTURED])('bytes stay what they are: %s', async (mode) => {
  const emit = emitterFor(httpTransport(`${weir.url}/log?access_token=${weir.key}`), { mode })
  const data = new Uint8Array([1, 2, 255])
  const id = `bytes ${mode}`
  await emit(
    new CloudEvent({ id, source: '/s', type: 't', datacontenttype: 'application/octet-stream', data }),
  )
  const count = mode === Mode.BINARY ? 6 : 7
  expect(await waitForKey(`["/s","${id}"]`, count)).toMatchObject({ payload: { data_base64: 'AQL/' } })
  expect(await weir.findTroubles()).toEqual([])
})
