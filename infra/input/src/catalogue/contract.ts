import type { Answer, TestClient } from '@weir/http/testing'
import { z } from 'zod'
import type { ServiceName } from '../rig/installation.ts'

const document = z.object({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ responses: z.record(z.string(), z.unknown()).optional() })),
  ),
})

/** What any server answers before a route is asked, or because there is none: it is no promise of a route. */
const ofTheServer: ReadonlySet<string | undefined> = new Set([
  'bad-request',
  'uri-too-long',
  'header-too-large',
  'expectation-failed',
  'method-not-allowed',
])

/** Compares every answer with what the services' OpenAPI documents say of its route. */
export class Contract {
  readonly #seen = new Map<string, { service: ServiceName; method: string; path: string; status: string }>()

  readonly observe = (
    service: ServiceName,
    method: string,
    target: string,
    { status, kind }: Answer,
  ): void => {
    const path = target.split('?', 1)[0] ?? ''
    if (ofTheServer.has(kind)) return
    const seen = { service, method: method.toLowerCase(), path, status: String(status) }
    this.#seen.set(JSON.stringify(seen), seen)
  }

  /** Answers of documented routes with a status that the document does not have, a line each. */
  async findUndocumented(clients: Record<'producer' | 'query', Pick<TestClient, 'send'>>): Promise<string[]> {
    const lines = new Set<string>()
    for (const name of ['producer', 'query'] as const) {
      const { text } = await clients[name].send({ path: '/openapi.json' })
      const { paths } = document.parse(JSON.parse(text))
      const routes = Object.entries(paths).map(([path, methods]) => ({ path, methods, form: toForm(path) }))
      for (const { service, method, path, status } of this.#seen.values()) {
        if (service !== name) continue
        // The first that fits, as in Express: what is named before what is any.
        const route = routes
          .toSorted((a, b) => depthOf(a.path) - depthOf(b.path))
          .find(({ form }) => form.test(path))
        const responses = route?.methods[method]?.responses
        if (route !== undefined && responses !== undefined && !(status in responses))
          lines.add(`${name}: ${method} ${route.path} answers ${status}`)
      }
    }
    return [...lines]
  }
}

/** How many parameters the path has. */
function depthOf(path: string): number {
  return path.split('{').length
}

function toForm(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`)
}
