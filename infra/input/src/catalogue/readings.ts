import { expect } from '@jest/globals'
import { until } from '@weir/chaos/wait'
import { ask, entry, log, names, readEvent, type Case, type Entry, type Send, type Stage } from './entry.ts'

/** The cursor behind the first of the events that the key sees, once there are two. */
async function cursorOf(
  { query, keys }: Stage,
  filter: string,
  key: 'read' | 'foreignRead' = 'read',
): Promise<string> {
  let cursor: unknown
  await until('there are two events', 20_000, async () => {
    cursor = (await query.send({ path: `/events?limit=1${filter}` }, keys[key])).json['next_cursor']
    return typeof cursor === 'string'
  })
  return String(cursor)
}

const follow = (what: string, toQuery: (stage: Stage) => Promise<string>): Case => [
  what,
  async (stage) => stage.query.send({ path: `/events?${await toQuery(stage)}` }),
  400,
  'invalid-cursor',
  names('cursor'),
]

/** A cursor of the other project, which has two events first. */
const foreignCursor = async (stage: Stage): Promise<string> => {
  await stage.producer.send(
    { method: 'POST', path: '/log', body: '[{"event_type":"a"},{"event_type":"a"}]' },
    stage.keys.foreign,
  )
  return `cursor=${await cursorOf(stage, '', 'foreignRead')}`
}

/** Stores an event and then asks. */
const stored =
  (body: string, path: string): Send =>
  async (stage) => {
    await readEvent(stage, (await stage.producer.post(body)).json['id'])
    return stage.query.send({ path })
  }

/** The events of a type, and no other. */
const finds = (text: string): Case => [
  `q=${text}`,
  ask(`/events?q=${encodeURIComponent(text)}&event_type=wild`),
  200,
  undefined,
  ({ json }) => {
    expect(json['data']).toMatchObject([{ message: expect.stringContaining(text) }])
  },
]

const oneOfEach: Send = async (stage) => {
  const messages = ['a%b', 'c_d', 'e\\f']
  for (const message of messages)
    await readEvent(
      stage,
      (await stage.producer.post(JSON.stringify({ event_type: 'wild', message }))).json['id'],
    )
  return stage.query.send({ path: '/events?event_type=wild' })
}

const exchange =
  (method: string, headers = '', body = ''): Send =>
  async ({ query, keys }) =>
    query.send(
      {
        method,
        path: '/events?limit=1',
        headers: { 'X-Test': headers },
        ...(body === '' ? undefined : { body }),
      },
      keys.read,
    )

/** Many questions at once: each is answered, or told when to come again. */
const flood: Send = async ({ query, producer }) => {
  const asking = Array.from({ length: 50 }, () =>
    query.send({ path: '/analytics/usage?days=400&group_by=user_id,path' }),
  )
  expect((await producer.post('{"event_type":"beside"}')).status).toBe(202)
  const answers = await Promise.all(asking)
  for (const { status, headers } of answers) {
    expect([200, 503]).toContain(status)
    if (status === 503) expect(headers['retry-after']).toBeDefined()
  }
  return query.send({ path: '/analytics/usage?days=1' })
}

/** Questions that are answered, and those that are about others. */
// prettier-ignore
export const readings: readonly Entry[] = [
  entry('B164', 'cursors', [
    ['its own list follows it', async (stage) => stage.query.send({ path: `/events?limit=2&cursor=${await cursorOf(stage, '')}` }), 200],
    follow('another project’s', foreignCursor),
    follow('another filter’s', async (stage) => `cursor=${await cursorOf(stage, '&level=info')}`),
    follow('to another filter', async (stage) => `level=error&cursor=${await cursorOf(stage, '&level=info')}`),
    follow('cut off', async (stage) => `cursor=${(await cursorOf(stage, '')).slice(0, -3)}`),
    follow('changed', async (stage) => {
      const cursor = await cursorOf(stage, '')
      return `cursor=${cursor.startsWith('x') ? 'y' : 'x'}${cursor.slice(1)}`
    }),
    follow('5 KB', async () => `cursor=${'A'.repeat(5_000)}`),
    follow('made up', async () => 'cursor=random'),
    follow('empty', async () => 'cursor='),
    ['with a page', async (stage) => stage.query.send({ path: `/events?page=2&cursor=${await cursorOf(stage, '')}` }), 400, 'invalid-parameter'],
  ], 'a cursor does not expire; the day that it points into may be gone, and then the list is empty'),
  entry('B169', 'values of other types in what is summed', [
    ['texts in place of numbers are passed over', stored('{"event_type":"llm_query_sent","payload":{"cost":"abc","latency_ms":"x","tokens_used":true,"status_code":"1e400"}}', '/analytics/llm'), 200],
    ['no expression is taken', ask('/analytics/usage?metric=avg(payload.x)'), 400, 'unknown-parameter', names('metric')],
  ]),
  entry('B172', 'wildcards', [
    ['three texts that have them', oneOfEach, 200, undefined, ({ json }) => { expect(json['data']).toHaveLength(3) }],
    ...['%', '_', '\\'].map(finds),
    ['%% is in none', ask('/events?q=%25%25&event_type=wild'), 200, undefined, ({ json }) => { expect(json['data']).toEqual([]) }],
  ]),
  entry('B176', 'an event of another project', [['it is not there', async (stage) => {
    const { json } = await stage.producer.send({ method: 'POST', path: '/log', body: '{"event_type":"theirs"}' }, stage.keys.foreign)
    await readEvent(stage, json['id'], 'foreignRead')
    return stage.query.send({ path: `/events/${String(json['id'])}` })
  }, 404, 'not-found', async ({ json }, { query }) => {
    const absent = await query.send({ path: '/events/01972a5e-9d80-7000-8000-000000000000' })
    expect({ ...absent.json, request_id: '' }).toEqual({ ...json, request_id: '' })
  }]]),
  entry('B178', 'another form', [['CSV', ask('/events?format=csv'), 400, 'unknown-parameter', names('format')]], 'lists are JSON'),
  entry('B180', 'part of an answer', [['the whole is given', ask('/events?limit=2', { 'If-None-Match': '"a"', Range: 'bytes=0-3' }), 200, undefined,
    ({ json, headers }) => { expect([json['limit'], headers['content-range']]).toEqual([2, undefined]) }]]),
  entry('B181', 'HEAD', [
    ['it has no body', exchange('HEAD'), 200, undefined, ({ text }) => { expect(text).toBe('') }],
    ['it needs a key', ({ query }) => query.send({ method: 'HEAD', path: '/events' }, ''), 401],
  ]),
  entry('B182', 'a body on GET', [
    ['it changes nothing', exchange('GET', '', '{"limit":3}'), 200, undefined, ({ json }) => { expect(json['data']).toHaveLength(1) }],
    ['1 MB of it neither', exchange('GET', '', 'x'.repeat(1_000_000)), 200],
  ]),
  entry('B184', '50 of the widest questions at once', [['they end in answers, or are told when to come again', flood, 200], ['and events are taken meanwhile', log('{"event_type":"a"}'), 202]]),
]
