import { expect, test } from '@jest/globals'
import { createWeir } from './create-weir.ts'
import { createTestWeir } from './testing.ts'

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? ''
}

async function logged(log: (weir: ReturnType<typeof createTestWeir>['weir']) => void) {
  const { weir, server, clock } = createTestWeir()
  log(weir)
  await clock.advance(100)
  return server.events
}

test('an event is sent with an id, the time of the call and the names of the wire', async () => {
  const [event] = await logged((weir) =>
    weir.log({ eventType: 'order_placed', sessionId: 7, userId: 'u1', durationMs: 12.5, basketSize: 3 }),
  )
  expect(event).toEqual({
    event_id: expect.any(String),
    event_type: 'order_placed',
    timestamp: '2026-11-20T10:30:45.123Z',
    session_id: '7',
    user_id: 'u1',
    duration_ms: 12.5,
    basketSize: 3,
  })
})

test('what is changed after the call was logged as it was, at any depth', async () => {
  const event = { eventType: 'a', list: [1, { deep: 'before' }], payload: { model: 'm', tags: ['x'] } }
  const [sent] = await logged((weir) => {
    weir.log(event)
    event.payload.model = 'changed'
    event.payload.tags.push('changed')
    event.list.push(2)
    Object.assign(event.list[1] as object, { deep: 'changed' })
  })
  expect(sent).toMatchObject({ list: [1, { deep: 'before' }], payload: { model: 'm', tags: ['x'] } })
})

test('values that JSON does not have are logged as something it has', async () => {
  const circular: Record<string, unknown> = { name: 'c' }
  circular['self'] = circular
  const throwing = {
    get bad(): string {
      throw new Error('getter')
    },
    good: 1,
  }
  const [sent] = await logged((weir) =>
    weir.log({
      eventType: 'odd',
      big: 12n,
      nested: { big: 34n, nan: Number.NaN, huge: 2 ** 60, list: [undefined, Symbol('s'), () => 1] },
      infinite: Number.POSITIVE_INFINITY,
      unsafe: 2 ** 60,
      circular,
      throwing,
      when: new Date(0),
      map: new Map([['k', new Set([1])]]),
      bytes: Buffer.from('abc'),
      error: new TypeError('broken'),
      hidden: undefined,
      call: () => 1,
      json: { toJSON: () => ({ asked: true }) },
      badJson: {
        toJSON() {
          throw new Error('no')
        },
      },
      noPrototype: Object.assign(Object.create(null) as object, { a: 1 }),
    }),
  )
  expect(sent).toMatchObject({
    big: '12',
    nested: { big: '34', nan: null, huge: '1152921504606847000', list: [null, null, null] },
    infinite: null,
    unsafe: '1152921504606847000',
    circular: { name: 'c', self: '[circular]' },
    throwing: { bad: '[unreadable]', good: 1 },
    when: '1970-01-01T00:00:00.000Z',
    map: { k: [1] },
    bytes: '[3 bytes]',
    error: { type: 'TypeError', message: 'broken', stack: expect.stringContaining('TypeError: broken') },
    json: { asked: true },
    badJson: '[unreadable]',
    noPrototype: { a: 1 },
  })
  expect(sent).not.toHaveProperty('hidden')
  expect(sent).not.toHaveProperty('call')
})

test('text that PostgreSQL cannot store is cleaned, at any depth', async () => {
  const [sent] = await logged((weir) =>
    weir.log({
      eventType: 'a',
      userId: 'a\u0000b',
      sessionId: '\ud800',
      text: 'nul \u0000 and \ud800 half',
      deep: { list: ['\udfff'] },
      fine: '\\u0000 is only text, 😀 too',
    }),
  )
  expect(sent).toMatchObject({
    user_id: 'a_b',
    session_id: '_',
    text: 'nul \ufffd and \ufffd half',
    deep: { list: ['\ufffd'] },
    fine: '\\u0000 is only text, 😀 too',
  })
})

test('what is too deep or too much is cut', async () => {
  let deep: unknown = 'end'
  for (let i = 0; i < 100; i += 1) deep = { deep }
  const [sent] = await logged((weir) =>
    weir.log({ eventType: 'a', deep, many: Array.from({ length: 5_000 }, (_, i) => i) }),
  )
  expect(JSON.stringify(sent)).toContain('[cut: too deep]')
  expect(textOf(sent?.['many']).length).toBeLessThan(10_000)
})

test('names that reach for a prototype are left out', async () => {
  const [sent] = await logged((weir) =>
    weir.log({
      eventType: 'a',
      payload: JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":1},"kept":1}') as object as {},
    }),
  )
  expect(sent?.['payload']).toEqual({ constructor: '[object Object]', kept: 1 })
})

test('a type that is none, ids and levels are put right rather than refused', async () => {
  const events = await logged((weir) => {
    weir.logEvent('user signed up!', { plan: 'free' })
    weir.logEvent('-x')
    weir.log({ message: 'no type' })
    weir.log({ eventType: 'a', userId: 'x'.repeat(1_000), sessionId: '', level: 'nonsense' })
    weir.log({
      eventType: 'b',
      eventId: 'mine',
      timestamp: '2026-11-19T00:00:00+01:00',
      source: 's'.repeat(200),
    })
  })
  expect(events.map((event) => event['event_type'])).toEqual(['user_signed_up_', 'x-x', 'log', 'a', 'b'])
  expect(events[0]).toMatchObject({ payload: { plan: 'free' } })
  expect(textOf(events[3]?.['user_id'])).toBe(JSON.stringify('x'.repeat(256)))
  expect(events[3]).not.toHaveProperty('session_id')
  expect(events[3]).not.toHaveProperty('level')
  expect(events[4]).toMatchObject({ event_id: 'mine', timestamp: '2026-11-18T23:00:00.000Z' })
  expect(textOf(events[4]?.['source']).length).toBeLessThanOrEqual(82)
})

test('the names of the wire work as well, and inside the payload both do', async () => {
  const [sent] = await logged((weir) =>
    weir.log({ event_type: 'x', user_id: 'u', payload: { inputTokens: 3, output_tokens: 4 } }),
  )
  expect(sent).toMatchObject({
    event_type: 'x',
    user_id: 'u',
    payload: { input_tokens: 3, output_tokens: 4 },
  })
})

test('no call throws, whatever it is given', async () => {
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('get')
      },
      ownKeys() {
        throw new Error('keys')
      },
    },
  )
  const throwing = {
    get statusCode(): number {
      throw new Error('status')
    },
  }
  const { weir, server, clock } = createTestWeir()
  const logs = Object.entries(weir).filter(([name]) => name.startsWith('log'))
  expect(logs.length).toBeGreaterThan(18)
  for (const [, log] of logs) {
    for (const argument of [
      undefined,
      null,
      0,
      'text',
      12n,
      Symbol('s'),
      [],
      hostile,
      throwing,
      () => 1,
      new Error('e'),
    ]) {
      // Whatever JavaScript callers pass.
      const call = log as (...values: unknown[]) => unknown
      expect(call(argument)).toBeUndefined()
      expect(call(argument, argument, argument)).toBeUndefined()
    }
  }
  await clock.advance(100)
  expect(server.events.length).toBeGreaterThan(100)
})

test('a client that is not configured, or switched off, does nothing', async () => {
  const settings = { LOGGING_SERVICE_URL: 'http://weir.test', API_KEY: 'k' }
  for (const env of [
    {},
    { API_KEY: 'k' },
    { LOGGING_SERVICE_URL: 'http://weir.test/log' },
    { ...settings, LOGGING_ENABLED: 'false' },
    { ...settings, LOGGING_ENABLED: ' OFF ' },
    { ...settings, LOGGING_SERVICE_URL: 'not a url' },
    { ...settings, LOGGING_SERVICE_URL: 'file:///etc/passwd' },
    { ...settings, API_KEY: 'a\nb' },
  ]) {
    const weir = createWeir({ post: () => Promise.reject(new Error('must not be called')) }, { env })
    expect(weir.isEnabled).toBe(false)
    weir.logInfo('x')
    weir.log({ eventType: 'x' })
    expect(await weir.flush()).toBe(true)
    expect(await weir.shutdown()).toBe(true)
    expect(weir.stats().logged).toBe(0)
  }
  expect(createWeir({ flushOnExit: false }, { env: settings }).isEnabled).toBe(true)
})

test('sampling keeps a share, warnings and worse always, and says so', async () => {
  const { weir, server, clock } = createTestWeir({ sampleRate: 0 })
  weir.logInfo('left out')
  weir.logWarning('kept')
  weir.logError(new Error('kept'))
  await clock.advance(100)
  expect(server.events.map((event) => event['message'])).toEqual(['kept', 'kept'])

  const own = createTestWeir({ sampleRate: (event) => event.eventType === 'wanted' })
  own.weir.log({ eventType: 'wanted' })
  own.weir.log({ eventType: 'unwanted' })
  own.weir.logEvent('wanted')
  await own.clock.advance(100)
  expect(own.server.events).toHaveLength(2)
})

test('beforeSend may change an event or drop it; if it throws, the event is not sent', async () => {
  const dropped: unknown[] = []
  const { weir, server, clock } = createTestWeir({
    onDropped: (one) => dropped.push(one),
    beforeSend(event) {
      if (event['event_type'] === 'secret') return null
      if (event['event_type'] === 'bad') throw new Error('mine')
      return { ...event, event_id: 'other', scrubbed: true, odd: 1n }
    },
  })
  for (const eventType of ['plain', 'secret', 'bad']) weir.log({ eventType })
  await clock.advance(100)
  expect(server.events).toEqual([expect.objectContaining({ event_type: 'plain', scrubbed: true, odd: '1' })])
  expect(server.events[0]?.['event_id']).not.toBe('other')
  expect(dropped).toEqual([
    { reason: 'before-send', count: 1 },
    { reason: 'before-send', count: 1 },
  ])
})

test('an event that is too large is cut; one that cannot be is dropped', async () => {
  const { weir, server, clock } = createTestWeir({ maxEventBytes: 4_096 })
  weir.log({ eventType: 'long', text: 'é'.repeat(100_000), kept: 1 })
  weir.log({
    eventType: 'wide',
    ...Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`name_${i}`, 'x'.repeat(50)])),
  })
  await clock.advance(100)
  expect(server.events).toEqual([expect.objectContaining({ event_type: 'long', kept: 1, truncated: true })])
  expect(weir.stats()).toMatchObject({ delivered: 1, droppedBy: { 'too-large': 1 } })
})
