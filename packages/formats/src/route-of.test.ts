import { expect, test } from '@jest/globals'
import { routeOf } from './route-of.ts'

test.each([
  ['a path without ids', '/v1/chat/completions', '/v1/chat/completions'],
  ['a number', '/users/17/orders', '/users/:id/orders'],
  ['a UUID', '/e/018f4d6e-9d2a-7c3b-8a1e-1f2e3d4c5b6a', '/e/:id'],
  ['a UUID in capitals', '/e/018F4D6E-9D2A-7C3B-8A1E-1F2E3D4C5B6A/x', '/e/:id/x'],
  ['sixteen hexadecimal digits', '/t/00f067aa0ba902b7', '/t/:id'],
  ['a long token with a digit', '/f/file_AbCdEf0123456789xyz', '/f/:id'],
  ['a long word without a digit', '/a-very-long-but-honest-word', '/a-very-long-but-honest-word'],
  ['a version', '/v2/items', '/v2/items'],
  ['a short name with digits', '/models/gpt-4o', '/models/gpt-4o'],
  ['a slash at the end', '/users/17/', '/users/:id/'],
  ['the root', '/', '/'],
  ['nothing', '', ''],
])('%s', (_name, path, route) => {
  expect(routeOf(path)).toBe(route)
  expect(routeOf(path)).toBe(route)
})

test('more paths than are remembered have their routes all the same', () => {
  for (let id = 0; id < 25_000; id += 1) expect(routeOf(`/users/${id}`)).toBe('/users/:id')
})
