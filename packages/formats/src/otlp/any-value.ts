import { isJsonObject, type JsonObject } from '../format.ts'

/** Deeper values stay as they were sent; no event that holds one can be stored. */
const maxDepth = 40

/** A list of `{key, value}` as an object. Of a key that is there twice, the last value counts. */
export function readAttributes(list: unknown, depth = 0): JsonObject {
  const attributes: JsonObject = {}
  if (!Array.isArray(list)) return attributes
  for (const item of list as unknown[]) {
    if (!isJsonObject(item) || typeof item['key'] !== 'string') continue
    const key = item['key']
    // As a key it would set the prototype, and be gone.
    attributes[key === '__proto__' ? '(__proto__)' : key] = readAnyValue(item['value'], depth)
  }
  return attributes
}

/** The value in an `AnyValue`, null where it is empty. Whole numbers beyond 2^53, and what is no number, are text. */
export function readAnyValue(any: unknown, depth = 0): unknown {
  if (!isJsonObject(any) || depth > maxDepth) return any ?? null
  if ('stringValue' in any) return any['stringValue']
  if ('intValue' in any) return toWhole(any['intValue'])
  if ('boolValue' in any) return any['boolValue']
  if ('doubleValue' in any) return toDouble(any['doubleValue'])
  if ('bytesValue' in any) return any['bytesValue']
  const { arrayValue, kvlistValue } = any
  if (isJsonObject(arrayValue)) {
    // Any list: each value is read as one that may be anything.
    const values: unknown[] = Array.isArray(arrayValue['values']) ? arrayValue['values'] : []
    return values.map((value) => readAnyValue(value, depth + 1))
  }
  if (isJsonObject(kvlistValue)) return readAttributes(kvlistValue['values'], depth + 1)
  return null
}

function toWhole(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const number = Number(value)
  return value !== '' && Number.isSafeInteger(number) ? number : value
}

function toDouble(value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}
