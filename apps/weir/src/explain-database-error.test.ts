import { expect, test } from '@jest/globals'
import { explainDatabaseError } from './explain-database-error.ts'

const url = 'postgres://someone:hidden@db.example.com/logs'
const withCode = (code: string): Error => Object.assign(new Error('driver'), { code })

test.each([
  ['ECONNREFUSED', /db\.example\.com:5432.*npm start/],
  ['28P01', /refuses the password of someone/],
  ['3D000', /no database logs/],
  ['42P01', /weir -- migrate/],
])('%s is explained in one line, without the password', (code, expected) => {
  for (const error of [
    withCode(code),
    new AggregateError([withCode(code)]),
    new Error('x', { cause: withCode(code) }),
  ]) {
    const { message = '' } = explainDatabaseError(error, url) ?? {}
    expect(message).toMatch(expected)
    expect(message).not.toMatch(/hidden|\n/)
  }
})

test('any other error is left as it is', () => {
  expect(explainDatabaseError(new TypeError('a mistake'), url)).toBeUndefined()
})
