import { z } from 'zod'
import { createDocument, type ZodObjectInput, type ZodOpenApiPathsObject } from 'zod-openapi'
import type { Scope } from '../keys/api-key.ts'
import { problemContentType, problemKinds, type ProblemKind } from '../problem.ts'

export type OpenApiDocument = ReturnType<typeof createDocument>

/** One method of one path, as the document tells it. The schemas are those that the route parses with. */
export interface RouteDescription {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** With its parameters in braces: `/events/{id}`. */
  path: string
  summary: string
  description?: string | undefined
  /** Undefined for a route that is open to all. */
  scope?: Scope | undefined
  params?: ZodObjectInput | undefined
  query?: ZodObjectInput | undefined
  body?: { schema: z.ZodType; contentTypes?: readonly string[]; isOptional?: boolean } | undefined
  response: { status: number; description: string; schema?: z.ZodType; contentType?: string }
  /** Beside those that every route with a scope has. */
  problems?: readonly ProblemKind[] | undefined
}

/** Routes that belong together, under one heading: a tag of the document. */
export interface RouteGroup {
  name: string
  /** One line. */
  description: string
  routes: readonly RouteDescription[]
}

const keyProblems: readonly ProblemKind[] = [
  'unauthorized',
  'key-revoked',
  'key-expired',
  'forbidden-scope',
  'forbidden-address',
  'abnormal-usage-detected',
  'temporary-reduced-capacity',
]

/** The body of every error, for the document. */
export const problemSchema = z
  .object({
    type: z.string().meta({ examples: ['/problems/unauthorized'] }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    request_id: z.string().optional(),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional(),
          parameter: z.string().optional(),
          detail: z.string(),
          code: z.string().optional(),
        }),
      )
      .optional(),
    rejected_count: z
      .int()
      .optional()
      .meta({ description: 'How many things are wrong, where `errors` lists only the first.' }),
    truncated: z.literal(true).optional(),
  })
  .meta({ id: 'Problem', description: 'What went wrong (RFC 9457). `type` tells the kinds apart.' })

/** An OpenAPI 3.1 document of these routes, in reading order. Descriptions may be Markdown. */
export function createOpenApi(
  info: { title: string; version: string; description: string },
  groups: readonly RouteGroup[],
): OpenApiDocument {
  const paths: ZodOpenApiPathsObject = {}
  for (const { name, routes } of groups) {
    for (const route of routes) {
      paths[route.path] = { ...paths[route.path], [route.method]: toOperation(route, name) }
    }
  }
  return createDocument({
    openapi: '3.1.0',
    info,
    tags: groups.map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  })
}

function toOperation(route: RouteDescription, tag: string) {
  const { body, response, scope } = route
  const description = [
    route.description,
    scope === undefined ? undefined : `Needs a key with the scope \`${scope}\`.`,
  ]
  return {
    tags: [tag],
    summary: route.summary,
    description: description.filter((text) => text !== undefined).join('\n\n'),
    operationId: `${route.method}${route.path.replaceAll(/[^A-Za-z0-9]+(.)?/g, (_match, next?: string) => next?.toUpperCase() ?? '')}`,
    security: scope === undefined ? [] : [{ apiKey: [] }, { bearer: [] }],
    requestParams: {
      ...(route.params === undefined ? undefined : { path: route.params }),
      ...(route.query === undefined ? undefined : { query: route.query }),
    },
    ...(body === undefined
      ? undefined
      : {
          requestBody: {
            required: body.isOptional !== true,
            content: contentOf(body.contentTypes ?? ['application/json'], body.schema),
          },
        }),
    responses: {
      [String(response.status)]: {
        description: response.description,
        ...(response.schema === undefined
          ? undefined
          : { content: contentOf([response.contentType ?? 'application/json'], response.schema) }),
      },
      ...problemResponses([
        ...(scope === undefined ? [] : keyProblems),
        ...(route.problems ?? []),
        'internal',
      ]),
    },
  }
}

/** One response for each status, which says which kinds of problem have it. */
function problemResponses(kinds: readonly ProblemKind[]) {
  const byStatus = Map.groupBy(new Set(kinds), (kind) => problemKinds[kind].status)
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      String(status),
      {
        description: ofStatus.map((kind) => `\`${kind}\`: ${problemKinds[kind].title}.`).join('\n'),
        content: contentOf([problemContentType.split(';', 1)[0] ?? problemContentType], problemSchema),
      },
    ]),
  )
}

function contentOf(contentTypes: readonly string[], schema: z.ZodType) {
  return Object.fromEntries(contentTypes.map((contentType) => [contentType, { schema }]))
}
