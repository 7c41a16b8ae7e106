import type { RouteDescription } from '../../docs/openapi.ts'
import { keyListQuery, keyPath } from './key-routes.ts'
import { createdKeyAnswer, keyListAnswer, newKeyBody, rotateKeyBody } from './key-schemas.ts'

/** What OpenAPI says about the routes under `/admin/keys`. */
export const keyRouteDescriptions: readonly RouteDescription[] = [
  {
    method: 'post',
    path: '/admin/keys',
    summary: 'Create a key',
    scope: 'admin',
    body: { schema: newKeyBody },
    response: { status: 201, description: 'The key, shown this once.', schema: createdKeyAnswer },
    problems: ['invalid-json', 'validation-failed', 'payload-too-large'],
  },
  {
    method: 'get',
    path: '/admin/keys',
    summary: 'List keys',
    scope: 'admin',
    query: keyListQuery,
    response: { status: 200, description: 'The keys of the project.', schema: keyListAnswer },
    problems: ['invalid-parameter', 'unknown-parameter', 'duplicate-parameter'],
  },
  {
    method: 'delete',
    path: '/admin/keys/{id}',
    summary: 'Revoke a key',
    scope: 'admin',
    params: keyPath,
    response: { status: 204, description: 'The key is revoked.' },
    problems: ['not-found'],
  },
  {
    method: 'post',
    path: '/admin/keys/{id}/rotate',
    summary: 'Replace a key by a new one',
    scope: 'admin',
    params: keyPath,
    body: { schema: rotateKeyBody, isOptional: true },
    response: { status: 201, description: 'The successor, shown this once.', schema: createdKeyAnswer },
    problems: ['invalid-json', 'validation-failed', 'payload-too-large', 'not-found'],
  },
]
