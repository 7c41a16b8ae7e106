import type { Express } from 'express'
import { hashKeyText } from './keys/key-text.ts'
import { scopes, type ApiKey, type KeyVerifier } from './keys/api-key.ts'

export { TestClient, type Answer, type Sending } from './testing-client.ts'

/** A key of project 1 with every scope, with the given fields. */
export function anApiKey(fields: Partial<ApiKey> = {}): ApiKey {
  return {
    id: 'key-1',
    projectId: 1,
    name: 'test',
    environment: 'test',
    scopes,
    requestsPerMinute: undefined,
    expiresAt: undefined,
    revokedAt: undefined,
    allowedAddresses: undefined,
    ...fields,
  }
}

/** Knows the keys given, by their clear text, and no other. */
export function fixedKeys(keys: Readonly<Record<string, Partial<ApiKey>>>): KeyVerifier {
  const known = new Map(
    Object.entries(keys).map(([text, fields]) => [hashKeyText(text).toString('hex'), anApiKey(fields)]),
  )
  return { verify: (presented) => known.get(hashKeyText(presented).toString('hex')) ?? 'unknown' }
}

interface Layer {
  route?: { path: string | string[]; methods: Record<string, boolean> } | undefined
  handle: { stack?: Layer[] }
  rawPath?: unknown
}

/** A route that answers this many methods answers all of them. */
const allMethodsFrom = 20

/**
 * Every route of an app, as its router has them, in order: `GET /events/:id`, `ALL /log`, and `USE /admin` for what
 * stands before all below a path. For a test that holds them against a table of who may what.
 */
export function listRoutes(app: Express): string[] {
  return listLayers(app.router.stack as unknown as Layer[], '')
}

function listLayers(stack: readonly Layer[], prefix: string): string[] {
  return stack.flatMap(({ route, handle, rawPath }) => {
    if (route === undefined) {
      const path = typeof rawPath === 'string' && rawPath !== '/' ? prefix + rawPath : prefix
      if (handle.stack !== undefined) return listLayers(handle.stack, path)
      return path === prefix ? [] : [`USE ${path}`]
    }
    const methods = Object.keys(route.methods)
    const names = methods.length >= allMethodsFrom ? ['ALL'] : methods.map((name) => name.toUpperCase())
    return [route.path].flat().flatMap((path) => names.map((name) => `${name} ${prefix}${path}`))
  })
}
