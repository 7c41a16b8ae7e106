import { type Delivery, type Format, type JsonObject } from './format.ts'
import { kong } from './kong/kong.ts'
import { native } from './native/format.ts'

/** Every format that `POST /log` recognises, in the order in which they are tried: the first match wins. */
export const formats: readonly Format[] = [native, kong]

const byName: ReadonlyMap<string, Format> = new Map(formats.map((format) => [format.name, format]))

/** The format with this name. */
export function findFormat(name: string): Format | undefined {
  return byName.get(name)
}

/** The format of a record. `last` is that of the record before it, which is nearly always the same. */
export function recognise(record: JsonObject, delivery: Delivery, last?: Format): Format | undefined {
  if (delivery.format !== undefined) return byName.get(delivery.format)
  // Only what comes first in the order may be asked first without changing who wins.
  if (last === formats[0] && last?.recognises(record, delivery) === true) return last
  return formats.find((format) => format.recognises(record, delivery))
}
