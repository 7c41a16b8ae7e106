import type { JsonObject } from '../format.ts'
import { toText } from '../values.ts'

/** Attributes of a resource: its name as a service, and the others. */
interface Origin {
  service: string | undefined
  rest: JsonObject
}

/** One for each resource, however many records it has. */
const origins = new WeakMap<JsonObject, Origin>()

/** What produced a record. */
export function originOf(resource: JsonObject): Origin {
  let origin = origins.get(resource)
  if (origin === undefined) {
    const { 'service.name': name, ...rest } = resource
    const service = toText(name)
    origin = service === undefined ? { service, rest: resource } : { service, rest }
    origins.set(resource, origin)
  }
  return origin
}

/** The object without what is missing or empty, so that rows are not full of nothing. */
export function compact(fields: JsonObject): JsonObject {
  const kept: JsonObject = {}
  for (const [name, value] of Object.entries(fields)) if (!isNothing(value)) kept[name] = value
  return kept
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
