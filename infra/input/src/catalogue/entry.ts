import { expect } from '@jest/globals'
import { until } from '@weir/chaos/wait'
import type { ProblemKind } from '@weir/http'
import type { Answer, Sending } from '@weir/http/testing'
import type { Gate } from '../rig/gate.ts'
import type { Installation } from '../rig/installation.ts'
import type { Contract } from './contract.ts'

/** What the catalogue is played against. */
export interface Stage extends Installation {
  /** A second one behind a proxy that is named, whose servers can be taken away and whose journal is small. */
  fragile: Installation
  database: Gate
  redis: Gate
  /** What came of requests that were begun when the run was: they wait for timeouts. */
  slow: SlowAnswers
  /** Has seen every answer but those to raw bytes. */
  contract: Contract
}

export type SlowAnswers = Promise<Record<'stalled' | 'headers' | 'body' | 'nothing', string>>

/** Sends something, more than once perhaps, and gives the answer that counts. */
export type Send = (stage: Stage) => Promise<Answer>

/** What is expected beyond status and kind. */
export type Check = (answer: Answer, stage: Stage) => Promise<unknown> | void

/** What is sent, in words and in fact, and what comes back. */
export type Case = readonly [
  what: string,
  send: Send,
  status: number,
  kind?: ProblemKind | undefined,
  check?: Check | undefined,
]

/** A row of the catalogue. */
export interface Entry {
  id: string
  what: string
  /** Why Weir answers otherwise than a stricter service would, or what stands in for what it does not have. */
  instead?: string
  cases: readonly Case[]
}

/** An entry of cases. */
export function entry(id: string, what: string, cases: readonly Case[], instead?: string): Entry {
  return { id, what, cases, ...(instead === undefined ? undefined : { instead }) }
}

type Body = string | Uint8Array

/** POST /log. A body that depends on the time is a function. */
export function log(body: Body | (() => Body), headers: Sending['headers'] = {}): Send {
  return ({ producer }) => producer.post(typeof body === 'function' ? body() : body, headers)
}

/** Any request to the producer; `key` names one of the stage's, and is '' for none. */
export function send(sending: Sending, key?: keyof Stage['keys'] | ''): Send {
  return ({ producer, keys }) => producer.send(sending, key === undefined || key === '' ? key : keys[key])
}

/** GET on the query service. */
export function ask(path: string, headers: Sending['headers'] = {}): Send {
  return ({ query }) => query.send({ path, headers })
}

/** Bytes on a connection to the producer, read until it is closed. Fails when there is more than one answer. */
export function raw(bytes: (keyed: string) => string): Send {
  return async ({ producer, keys }) => {
    const head = `POST /log HTTP/1.1\r\nHost: a\r\nX-API-Key: ${keys.ingest}\r\n`
    return toAnswer(await producer.exchange(Buffer.from(bytes(head), 'latin1')))
  }
}

/** The one answer in what a connection gave. */
export function toAnswer(text: string): Answer {
  // One answer and no more: what follows bytes that cannot be read is not another request.
  expect(text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1)
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const lines = head.split('\r\n').slice(1)
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...value] = line.split(': ')
      return [name.toLowerCase(), value.join(': ')]
    }),
  )
  const kind = /"type":"\/problems\/([\w-]+)"/.exec(body)?.[1]
  return { status: Number(text.slice(9, 12)), headers, text: body, json: {}, kind }
}

export const good = '{"event_type":"good"}'
export const dayMs = 86_400_000
export const fromNow = (ms: number): string => new Date(Date.now() + ms).toISOString()
export const repeat = (text: string, count: number): string[] => Array.from({ length: count }, () => text)
/** Lists in lists, so many of them. */
export const nested = (depth: number): string => '['.repeat(depth - 1) + '1' + ']'.repeat(depth - 1)
/** An event with this JSON in its payload, as `v`. */
export const withValue = (json: string): string => `{"event_type":"a","payload":{"v":${json}}}`
/** An event with this JSON as one of its fields. */
export const withField = (field: string, json: string): string => `{"event_type":"a","${field}":${json}}`
/** A good event of exactly this many bytes. */
export const ofLength = (length: number): string => good + ' '.repeat(length - good.length)

/** The event as the query service gives it, once it does. */
export async function readEvent(
  { query, keys }: Stage,
  id: unknown,
  key: keyof Stage['keys'] = 'read',
): Promise<Record<string, unknown>> {
  let answer: Answer | undefined
  await until(`event ${String(id)} is there`, 20_000, async () => {
    answer = await query.send({ path: `/events/${String(id)}` }, keys[key])
    return answer.status === 200
  })
  return answer?.json ?? {}
}

/** The event is stored, and has these fields on reading. */
export function reads(fields: Record<string, unknown>): Check {
  return async ({ json }, stage) => expect(await readEvent(stage, json['id'])).toMatchObject(fields)
}

/** The event is stored, and the payload's `v` is this on reading. */
export function keeps(value: unknown): Check {
  return async ({ json }, stage) =>
    expect(await readEvent(stage, json['id'])).toHaveProperty('payload', { v: value })
}

/** The problem points here, and nowhere else. */
export function pointsAt(pointer: string): Check {
  return ({ json, kind }) =>
    expect(json['errors']).toEqual([{ index: 0, code: kind, detail: expect.any(String), pointer }])
}

/** The problem names this parameter. */
export function names(parameter: string): Check {
  return ({ json }) => expect(json['errors']).toContainEqual({ parameter, detail: expect.any(String) })
}
