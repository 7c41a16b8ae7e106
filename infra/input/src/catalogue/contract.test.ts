import { expect, test } from '@jest/globals'
import type { Answer } from '@weir/http/testing'
import { Contract } from './contract.ts'

const anAnswer = (status: number, kind?: string, text = ''): Answer => ({
  status,
  headers: {},
  text,
  json: {},
  kind,
})
const responses = { '200': {}, '400': {} }
const paths = {
  '/events/types': { get: { responses } },
  '/events/{id}': { get: { responses: { '404': {} } } },
}
const described = { send: () => Promise.resolve(anAnswer(200, undefined, JSON.stringify({ paths }))) }

test('an answer that the document of its route does not name is found', async () => {
  const contract = new Contract()
  contract.observe('query', 'GET', '/events/types?foo=1', anAnswer(400, 'unknown-parameter'))
  contract.observe('query', 'GET', '/events/types', anAnswer(404, 'not-found'))
  contract.observe('query', 'GET', '/events/1', anAnswer(404, 'not-found'))
  contract.observe('query', 'GET', '/events/1', anAnswer(500, 'internal'))
  contract.observe('query', 'GET', '/nope', anAnswer(404, 'not-found'))
  contract.observe('query', 'POST', '/events/types', anAnswer(405, 'method-not-allowed'))
  expect(await contract.findUndocumented({ producer: described, query: described })).toEqual([
    'query: get /events/types answers 404',
    'query: get /events/{id} answers 500',
  ])
})
