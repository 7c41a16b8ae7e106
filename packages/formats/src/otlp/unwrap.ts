import { isJsonObject, type JsonObject } from '../format.ts'
import { readAttributes } from './any-value.ts'

/**
 * One log record or span, beside what it shares with others: attributes are objects in `resource` and `scope`,
 * the same ones in all records that share them, and lists, as they were sent, in the record itself.
 */
export interface Exported extends JsonObject {
  resource: JsonObject
  scope: JsonObject
  logRecord?: JsonObject
  span?: JsonObject
}

/** The records of an export request; undefined where it is none. */
export function unwrapExport(body: JsonObject): Exported[] | undefined {
  const { resourceLogs, resourceSpans } = body
  if (!Array.isArray(resourceLogs) && !Array.isArray(resourceSpans)) return undefined
  const records: Exported[] = []
  for (const [group, resource] of resourcesOf(resourceLogs)) {
    for (const [inner, scope] of scopesOf(group['scopeLogs'])) {
      for (const logRecord of objectsIn(inner['logRecords'])) records.push({ resource, scope, logRecord })
    }
  }
  for (const [group, resource] of resourcesOf(resourceSpans)) {
    for (const [inner, scope] of scopesOf(group['scopeSpans'])) {
      for (const span of objectsIn(inner['spans'])) records.push({ resource, scope, span })
    }
  }
  return records
}

function resourcesOf(groups: unknown): [JsonObject, JsonObject][] {
  return objectsIn(groups).map((group) => {
    const { resource } = group
    return [group, isJsonObject(resource) ? readAttributes(resource['attributes']) : {}]
  })
}

function scopesOf(groups: unknown): [JsonObject, JsonObject][] {
  return objectsIn(groups).map((group) => {
    const { scope } = group
    if (!isJsonObject(scope)) return [group, {}]
    const attributes = readAttributes(scope['attributes'])
    const { name, version } = scope
    return [
      group,
      {
        ...(typeof name === 'string' && name !== '' && { name }),
        ...(typeof version === 'string' && version !== '' && { version }),
        ...(Object.keys(attributes).length > 0 && { attributes }),
      },
    ]
  })
}

function objectsIn(list: unknown): JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : []
}
