import { readFileSync } from 'node:fs'
import type { CanonicalEvent } from '@weir/events'
import { plainDelivery } from './delivery.ts'
import { isJsonObject, type JsonObject } from './format.ts'
import { readEvents } from './read-events.ts'
import { readRecords } from './read-records.ts'
import { isRefusal } from './refusal.ts'
import { anIntake } from './testing.ts'

/** A fixture: `readFixture('kong', 'http-log')`, one record. */
export function readFixture(format: string, name: string): JsonObject {
  const value: unknown = JSON.parse(readFixtureText(format, name).toString('utf8'))
  if (!isJsonObject(value)) throw new Error(`${format}/${name} is no record`)
  return value
}

/** The bytes of a fixture, as a body. */
export function readFixtureText(format: string, name: string): Buffer {
  return readFileSync(new URL(`./${format}/fixtures/${name}.json`, import.meta.url))
}

/** What a body becomes: the columns of each event that have a value, and its payload. Throws what is refused. */
export function readBody(body: Buffer | string): JsonObject[] {
  const anyTime = { maxAgeMs: Infinity, maxFutureMs: Infinity }
  const read = readRecords(Buffer.from(body))
  if (isRefusal(read)) throw new Error(read.detail)
  const { events, refused } = readEvents(read.records, anIntake({ window: anyTime }), plainDelivery)
  if (refused.length > 0) throw new Error(JSON.stringify(refused))
  return events.map(describe)
}

/** The events of a fixture. */
export function readFixtureEvents(format: string, name: string): JsonObject[] {
  return readBody(readFixtureText(format, name))
}

/** What follows from other columns, or is the test's own, says nothing. */
const derived = new Set(['project_id', 'id', 'received_at', 'category', 'level', 'source'])

function describe(event: CanonicalEvent): JsonObject {
  const entries = Object.entries(event).filter(([name, value]) => value !== null && !derived.has(name))
  const payload: unknown = JSON.parse(event.payload)
  return { ...Object.fromEntries(entries), payload }
}
