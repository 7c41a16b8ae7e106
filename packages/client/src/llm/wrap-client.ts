import type { Weir } from '../create-weir.ts'
import { isPart, type AnswerReader, type Part } from './answer-reader.ts'
import { observeCreate } from './observe-create.ts'

/** Which resources of a client are recorded, by their path. */
export type Resources = Readonly<Record<string, AnswerReader>>

/** Records the calls of the client itself, and of those that its `withOptions` makes. Gives the same client. */
export function wrapClient<Client extends object>(
  client: Client,
  weir: Weir,
  observe: (client: object, path: string, reader: AnswerReader) => Parameters<typeof observeCreate>[1],
  resources: Resources,
): Client {
  if (!weir.isEnabled) return client
  for (const [path, reader] of Object.entries(resources)) {
    observeCreate(resourceAt(client, path), observe(client, path, reader))
  }
  const { withOptions } = client as { withOptions?: unknown }
  if (typeof withOptions === 'function') {
    const make = withOptions as (...values: unknown[]) => object
    Object.assign(client, {
      withOptions: (...values: unknown[]) => wrapClient(make.apply(client, values), weir, observe, resources),
    })
  }
  return client
}

function resourceAt(client: object, path: string): unknown {
  let resource: unknown = client
  for (const name of path.split('.')) resource = isPart(resource) ? resource[name] : undefined
  return resource
}

/** The host name that a client sends to. */
export function hostOf(client: object): string {
  const { baseURL } = client as Part
  return typeof baseURL === 'string' && URL.canParse(baseURL) ? new URL(baseURL).hostname : ''
}
