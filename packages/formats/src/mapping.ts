import { isJsonObject, type JsonObject } from './format.ts'

/** What a value becomes; undefined when it is not of the kind that was expected. */
export type Convert = (value: unknown) => unknown

/** One line of a table of what maps where. */
export interface Rule {
  /** A field of the native record. */
  to: string
  /** JSON Pointers (RFC 6901) into the record. The first whose value is there, and can be read, counts. */
  from: readonly string[]
  /** Without it the value is taken as it is. */
  as?: Convert
}

/** A line of a table: `rule('path', ['/request/uri', '/request/url'])`. */
export function rule(to: string, from: string | readonly string[], as?: Convert): Rule {
  return { to, from: typeof from === 'string' ? [from] : from, ...(as !== undefined && { as }) }
}

interface Step {
  to: string
  paths: readonly (readonly string[])[]
  as: Convert | undefined
}

/** What a table makes of a record. */
export interface Mapped {
  fields: JsonObject
  /** Everything of the record that no rule took, in the places where it stood. */
  rest: JsonObject
}

/** Makes a function of a table. A value that was taken does not stay in the rest; one that could not be read does. */
export function createMapping(rules: readonly Rule[]): (record: JsonObject) => Mapped {
  const steps: readonly Step[] = rules.map(({ to, from, as }) => ({ to, as, paths: from.map(toPath) }))
  return (record) => {
    const fields: JsonObject = {}
    const taken: (readonly string[])[] = []
    for (const { to, paths, as } of steps) {
      if (fields[to] !== undefined) continue
      for (const path of paths) {
        const value = valueAt(record, path)
        if (value === undefined || value === null || value === '') continue
        const read = as === undefined ? value : as(value)
        if (read === undefined) continue
        fields[to] = read
        taken.push(path)
        break
      }
    }
    return { fields, rest: withoutPaths(record, taken) }
  }
}

function toPath(pointer: string): readonly string[] {
  const [, ...names] = pointer.split('/')
  return names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The value at a path, undefined where there is none. Lists are not looked into. */
export function valueAt(record: JsonObject, path: readonly string[]): unknown {
  let value: unknown = record
  for (const name of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

/** A copy of the record without the values at these paths, and without what is empty then. */
export function withoutPaths(record: JsonObject, paths: readonly (readonly string[])[]): JsonObject {
  const byName = new Map<string, (readonly string[])[]>()
  for (const [name, ...inner] of paths) {
    if (name === undefined) continue
    const others = byName.get(name)
    if (others === undefined) byName.set(name, [inner])
    else others.push(inner)
  }
  const rest: [string, unknown][] = []
  for (const [name, value] of Object.entries(record)) {
    const inner = byName.get(name)
    if (inner === undefined) rest.push([name, value])
    else if (isJsonObject(value) && inner.every((path) => path.length > 0)) {
      const left = withoutPaths(value, inner)
      if (Object.keys(left).length > 0) rest.push([name, left])
    }
  }
  // Not assigned one by one: a member may be called __proto__, and is refused later for that, not lost here.
  return Object.fromEntries(rest)
}
