import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { plainDelivery } from './delivery.ts'
import { isJsonObject } from './format.ts'
import { formats, recognise } from './formats.ts'
import { readRecords } from './read-records.ts'
import { isRefusal } from './refusal.ts'

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
