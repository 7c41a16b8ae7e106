import { expect, test } from '@jest/globals'
import { boundedEventType, categories, categoryOf, eventTypeAliases, knownEventTypes } from './event-types.ts'

test.each([
  ['llm_query_sent', 'llm'],
  ['review_started', 'review'],
  ['oauth_token', 'authentication'],
  ['oauth_something_new', 'authentication'],
  ['unheard_of', 'event'],
  ['constructor', 'event'],
  ['__proto__', 'event'],
])('the category of %s is %s', (eventType, category) => {
  expect(categoryOf(eventType)).toBe(category)
  expect(categories).toContain(category)
})

test('an alias names a known type', () => {
  for (const known of Object.values(eventTypeAliases)) expect(Object.keys(knownEventTypes)).toContain(known)
})

test('a type that a sender made up is no label of its own', () => {
  expect(boundedEventType('api_request')).toBe('api_request')
  expect(boundedEventType('made_up')).toBe('other')
  expect(boundedEventType('toString')).toBe('other')
})
