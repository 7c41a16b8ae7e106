import { findFormat, plainDelivery, readEvents, type JsonObject } from '@weir/formats'
import { makeKongRecord } from '../events/kong-record.ts'
import { makeIntake } from '../events/to-row.ts'
import { leastMicroseconds } from './least-microseconds.ts'

const recordsPerBody = 100
const startedAtMs = Date.UTC(2026, 0, 1)

const kongRecord: JsonObject = makeKongRecord(17, startedAtMs)

/** Tried last: every other format has been asked whether it is its own. */
const loggerLine: JsonObject = {
  level: 'info',
  message: 'done',
  timestamp: startedAtMs,
  logger: 'orders',
  took: 12,
}

/** What it costs a record that its format has to be found out, in this process, beside one whose sender names it. */
export function measureRecognition(): string[] {
  return [
    `recognition: a record of Kong ${compare('kong', kongRecord)}; a logger's line, of the format that is asked last, ` +
      compare('json-log', loggerLine),
  ]
}

function compare(name: string, record: JsonObject): string {
  const format = findFormat(name)
  if (format === undefined) throw new Error(`There is no format ${name}.`)
  const records = Array.from({ length: recordsPerBody }, () => ({ value: record }))
  const intake = makeIntake(1, startedAtMs)
  const read = (named: typeof format | undefined): number =>
    leastMicroseconds(recordsPerBody * 10, () => {
      for (let body = 0; body < 10; body += 1) {
        const { refused } = readEvents(records, intake, plainDelivery, named)
        if (refused.length > 0) throw new Error(`A made record of ${name} is refused.`)
      }
    })
  // Once for the compiler, which both share.
  read(format)
  const [found, named] = [read(undefined), read(format)]
  return `${named.toFixed(2)} µs, ${found.toFixed(2)} µs where it is not named`
}
