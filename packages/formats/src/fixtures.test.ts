import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { plainDelivery } from './delivery.ts'
import { isJsonObject, type JsonObject } from './format.ts'
import { formats, recognise } from './formats.ts'
import { readEvents } from './read-events.ts'
import { readRecords } from './read-records.ts'
import { isRefusal } from './refusal.ts'
import { anIntake } from './testing.ts'

const fixtures = formats
  .filter(({ name }) => readdirSync(import.meta.dirname).includes(name))
  .flatMap(({ name }) => listFixtures(name).map((file) => [name, file] as const))

function listFixtures(format: string): string[] {
  const folder = join(import.meta.dirname, format)
  const hasFixtures = readdirSync(folder).includes('fixtures')
  return hasFixtures ? readdirSync(join(folder, 'fixtures')).filter((file) => file.endsWith('.json')) : []
}

test.each(fixtures)('%s: every record of %s is taken for what it is', (format, file) => {
  const read = readRecords(readFileSync(join(import.meta.dirname, format, 'fixtures', file)))
  if (isRefusal(read)) throw new Error(read.detail)
  expect(read.records.length).toBeGreaterThan(0)
  for (const record of read.records) {
    if (record.refusal !== undefined || !isJsonObject(record.value)) throw new Error('is no record')
    expect(recognise(record.value, plainDelivery)?.name).toBe(format)
  }
})

const anyTime = { maxAgeMs: Infinity, maxFutureMs: Infinity }

/** What PostgreSQL could not store, or what is beyond a limit: the only reasons not to take a gateway's record. */
const fairReasons = ['unstorable-text', 'unsafe-number', 'reserved-key', 'too-deep', 'payload-too-large']

test.each(fixtures)('%s: whatever else stands in a place of %s, the record is read', (format, file) => {
  const body: unknown = JSON.parse(readFileSync(join(import.meta.dirname, format, 'fixtures', file), 'utf8'))
  const delivery = { ...plainDelivery, format }
  fc.assert(
    fc.property(fc.nat(), fc.jsonValue(), (place, other) => {
      const value = replaceOne(body, place % countPlaces(body), other)
      const { refused } = readEvents([{ value }].flatMap(toRecords), anIntake({ window: anyTime }), delivery)
      for (const { refusal, value: record } of refused) {
        if (isJsonObject(record)) expect(fairReasons).toContain(refusal.code)
      }
    }),
    { numRuns: 200 },
  )
})

// What an export request has beside its records is ignored, as the protocol says.
test.each(fixtures.filter(([format]) => format !== 'otlp'))(
  '%s: a record of %s with a member that may not be kept is refused, not kept without it',
  (format, file) => {
    const body: unknown = JSON.parse(
      readFileSync(join(import.meta.dirname, format, 'fixtures', file), 'utf8'),
    )
    const delivery = { ...plainDelivery, format }
    for (const { value } of toRecords({ value: body })) {
      const text = JSON.stringify(value)
      if (!text.startsWith('{')) continue
      const extended: unknown = JSON.parse(`{"__proto__":"kept?",${text.slice(1)}`)
      const { events, refused } = readEvents([{ value: extended }], anIntake({ window: anyTime }), delivery)
      expect(events.filter(({ payload }) => !payload.includes('kept?'))).toEqual([])
      for (const { refusal } of refused) expect(fairReasons).toContain(refusal.code)
    }
  },
)

function toRecords({ value }: { value: unknown }): { value: unknown }[] {
  return Array.isArray(value) ? value.map((item: unknown) => ({ value: item })) : [{ value }]
}

function countPlaces(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((count: number, member: unknown) => count + countPlaces(member), 1)
}

/** A copy with another value in the place of this number: 0 is the value itself, then come its members, in depth. */
function replaceOne(value: unknown, place: number, other: unknown): unknown {
  if (place === 0) return other
  if (typeof value !== 'object' || value === null) return value
  let left = place - 1
  const members = Object.entries(value).map(([name, member]: [string, unknown]) => {
    const count = countPlaces(member)
    const isInside = left >= 0 && left < count
    const changed = isInside ? replaceOne(member, left, other) : member
    left -= count
    return [name, changed] as const
  })
  const copy: JsonObject = Object.fromEntries(members)
  return Array.isArray(value) ? Object.values(copy) : copy
}
