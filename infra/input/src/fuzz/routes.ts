import { z } from 'zod'

/** A route that can be asked without changing anything. */
export interface ReadRoute {
  service: 'producer' | 'query'
  /** With its parameters in braces, as OpenAPI writes it. */
  path: string
  /** The names of its parameters in the query string, and an example of those that have one. */
  parameters: readonly { name: string; example: string | undefined }[]
}

const document = z.object({
  paths: z.record(
    z.string(),
    z.object({
      get: z
        .object({
          parameters: z
            .array(
              z.object({
                name: z.string(),
                in: z.string(),
                example: z.unknown().optional(),
                schema: z
                  .looseObject({ example: z.unknown().optional(), examples: z.unknown().optional() })
                  .optional(),
              }),
            )
            .optional(),
        })
        .optional(),
    }),
  ),
})

/** Every GET of a service's OpenAPI document, so that a new route is fuzzed without being named here. */
export function readRoutes(service: ReadRoute['service'], openApi: string): ReadRoute[] {
  const { paths } = document.parse(JSON.parse(openApi))
  return Object.entries(paths).flatMap(([path, { get }]) => {
    if (get === undefined) return []
    const parameters = (get.parameters ?? [])
      .filter((parameter) => parameter.in === 'query')
      .map(({ name, example, schema }) => ({
        name,
        example: toText(example ?? schema?.example ?? schema?.examples),
      }))
    return [{ service, path, parameters }]
  })
}

function toText(example: unknown): string | undefined {
  const one: unknown = Array.isArray(example) ? example[0] : example
  return typeof one === 'string' || typeof one === 'number' ? String(one) : undefined
}
