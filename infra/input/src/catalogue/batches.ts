import { expect } from '@jest/globals'
import { sleep } from '@weir/runtime'
import {
  entry,
  fromNow,
  good,
  log,
  nested,
  readEvent,
  repeat,
  withField,
  withValue,
  type Case,
  type Check,
  type Entry,
  type Send,
  type Stage,
} from './entry.ts'

/** A list of a hundred events, of which one is bad: the others are kept. */
const oneBad = (what: string, bad: string, code: string, pointer = '#/42'): Case => [
  what,
  log(() => `[${repeat(good, 100).with(42, bad).join(',')}]`),
  202,
  undefined,
  ({ json }) => {
    expect(json).toMatchObject({ accepted: 99, rejected: [{ index: 42, code, pointer }], rejected_count: 1 })
    expect(json['ids']).toHaveLength(99)
  },
]

/** Lists of events. */
// prettier-ignore
export const batches: readonly Entry[] = [
  entry('B150', 'no list', [
    ['no events', log('{"events":[]}'), 400, 'validation-failed'],
    ['events that are no list', log('{"events":{"0":{"event_type":"a"}}}'), 400, 'validation-failed'],
    ['numbers as keys', log('{"0":{"event_type":"a"}}'), 400, 'validation-failed'],
  ]),
  entry('B151', 'many events', [
    ['1,000', log(`[${repeat(good, 1_000).join(',')}]`), 202],
    ['1,001', log(`[${repeat(good, 1_001).join(',')}]`), 413, 'payload-too-large'],
    ['1,001 lines', log(repeat(good, 1_001).join('\n')), 413, 'payload-too-large'],
  ]),
  entry('B152', 'one bad of a hundred', [
    oneBad('no type', '{}', 'validation-failed', '#/42/event_type'),
    oneBad('an old one', withField('timestamp', '0'), 'timestamp-out-of-window', '#/42/timestamp'),
    oneBad('a wrong time', withField('timestamp', '"now"'), 'invalid-timestamp', '#/42/timestamp'),
    oneBad('NUL', withValue('"\\u0000"'), 'unstorable-text', '#/42/payload/v'),
    oneBad('half a pair', withValue('"\\ud800"'), 'unstorable-text', '#/42/payload/v'),
    oneBad('1e400', withValue('1e400'), 'unsafe-number', '#/42/payload/v'),
    oneBad('a changed number', withValue('9007199254740993'), 'unsafe-number', '#/42/payload/v'),
    oneBad('depth', withValue(nested(50)), 'too-deep', `#/42/payload/v${'/0'.repeat(30)}`),
    oneBad('450,000 deep', withValue(nested(450_000)), 'too-deep', `#/42/payload/v${'/0'.repeat(30)}`),
    oneBad('__proto__', '{"event_type":"a","__proto__":1}', 'reserved-key', '#/42/__proto__'),
    oneBad('a large payload', withValue(`"${'x'.repeat(70_000)}"`), 'payload-too-large', '#/42/payload'),
    oneBad('1,001 values', withValue(`[${repeat('1', 1_001).join(',')}]`), 'validation-failed', '#/42/payload/v'),
    ['a line that is no JSON', log(repeat(good, 10).with(4, '{"event_type":').join('\n')), 202, undefined,
      ({ json }) => { expect(json).toMatchObject({ accepted: 9, rejected: [{ index: 4, code: 'invalid-json', pointer: '#/4' }] }) }],
    ['150 of 151: a hundred are listed', log(`[${[...repeat('{}', 150), good].join(',')}]`), 202, undefined, ({ json }) => {
      expect(json).toMatchObject({ accepted: 1, rejected_count: 150, truncated: true })
      expect(json['rejected']).toHaveLength(100)
    }],
  ], 'what was accepted is answered with 202, and the others are named'),
  entry('B153', 'nothing but bad ones', [['a hundred are listed', log(`[${repeat('{"event_type":""}', 150).join(',')}]`), 400, 'validation-failed', ({ json }) => {
    expect(json).toMatchObject({ rejected_count: 150, truncated: true })
    expect(json['errors']).toHaveLength(100)
    expect(json['errors']).toContainEqual({ index: 99, code: 'validation-failed', detail: expect.any(String), pointer: '#/99/event_type' })
  }]]),
  entry('B154', 'items that are no events', [oneBad('null', 'null', 'validation-failed'), oneBad('a list', '[{"event_type":"a"}]', 'validation-failed'), oneBad('a number', '1', 'validation-failed')]),
  entry('B155', 'small events that are too large together', [['1.2 MB', log(`[${repeat(withValue(`"${'x'.repeat(2_000)}"`), 600).join(',')}]`), 413, 'payload-too-large']]),
]

const body = (seconds: number): string =>
  JSON.stringify([
    { event_type: 'a', timestamp: fromNow(-seconds * 1_000) },
    { event_type: 'b', timestamp: fromNow(-seconds * 1_000) },
  ])

/** Sends a body twice under the same key, one after the other or at once, and expects one answer and one event each. */
const twice =
  (key: string, text: string, isAtOnce: boolean): Send =>
  async ({ producer }) => {
    const post = (): ReturnType<Send> => producer.post(text, { 'Idempotency-Key': key })
    const first = post()
    if (!isAtOnce) await first
    const second = await post()
    expect(second.json).toEqual((await first).json)
    return second
  }

async function countKeyed({ pool }: Stage, key: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'select count(*)::int as count from log_events where project_id = 1 and event_key like $1',
    [`idempotency-key:${key}:%`],
  )
  return rows[0]?.count ?? 0
}

/** All ids are stored, and under the key there are so many events. */
const stores =
  (key: string, count: number): Check =>
  async ({ json }, stage) => {
    for (const id of (json['ids'] ?? []) as string[]) await readEvent(stage, id)
    expect(await countKeyed(stage, key)).toBe(count)
  }

/** Of the events under the key one is stored, whichever came first: without timestamps each has an id of its own. */
const storesOneOf =
  (key: string): Check =>
  async (_answer, stage) => {
    while ((await countKeyed(stage, key)) === 0) await sleep(20)
    expect(await countKeyed(stage, key)).toBe(1)
  }

/** The header `Idempotency-Key`. */
// prettier-ignore
export const idempotency: readonly Entry[] = [
  entry('B156', 'a body again under its Idempotency-Key', [
    ['it has the same ids, and is stored once', twice('again', body(10), false), 202, undefined, stores('again', 2)],
    ['without timestamps it is stored once too', async ({ producer }) => {
      const [first] = [await producer.post(good, { 'Idempotency-Key': 'untimed' }), await producer.post(good, { 'Idempotency-Key': 'untimed' })]
      return first
    }, 202, undefined, storesOneOf('untimed')],
  ]),
  entry('B157', 'another body under an Idempotency-Key', [['it is no retry: both are kept', async ({ producer }) => {
    const key = { 'Idempotency-Key': 'other' }
    await producer.post(body(11), key)
    return producer.post(body(12), key)
  }, 202, undefined, async (answer, stage) => {
    await stores('other', 4)(answer, stage)
  }]], 'a key that is used again for another body must not lose that body'),
  entry('B158', 'two at once under one Idempotency-Key', [['both are answered alike, and stored once', twice('at-once', body(13), true), 202, undefined, stores('at-once', 2)]]),
  entry('B159', 'odd Idempotency-Keys', [
    ...['', 'x'.repeat(129), 'x'.repeat(256), 'a b', 'a\tb', 'é', 'a\\b'].map((key): Case =>
      [JSON.stringify(key.slice(0, 20)), log(good, { 'Idempotency-Key': key }), 400, 'validation-failed']),
    ['128 characters', log(good, { 'Idempotency-Key': 'x'.repeat(128) }), 202],
    ['another project’s is another', async ({ producer, keys: { foreign } }) => {
      const text = body(14)
      const own = await producer.post(text, { 'Idempotency-Key': 'mine' })
      const theirs = await producer.send({ method: 'POST', path: '/log', headers: { 'Idempotency-Key': 'mine' }, body: text }, foreign)
      expect([theirs.status, theirs.json['ids'] === own.json['ids']]).toEqual([202, false])
      return own
    }, 202, undefined, stores('mine', 2)],
  ]),
]
