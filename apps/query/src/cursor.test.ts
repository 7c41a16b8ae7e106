import { expect, test } from '@jest/globals'
import { decodeCursor, encodeCursor } from './cursor.ts'

const position = { occurredAt: '2025-06-01 10:00:00.123456+00', id: '01972a5e-9d80-7000-8000-000000000001' }

test('a cursor leads back to its position', () => {
  expect(decodeCursor(encodeCursor(position, 'a list'), 'a list')).toEqual(position)
})

test.each([
  ['random', 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4'],
  ['empty', ''],
  ['cut', encodeCursor(position, 'a list').slice(0, -4)],
  ['extended', `${encodeCursor(position, 'a list')}AAAA`],
  ['changed', `B${encodeCursor(position, 'a list').slice(1)}`],
  ['of another list', encodeCursor(position, 'another list')],
  ['of 10 KB', 'A'.repeat(10_240)],
  ['no base64', '%%%'],
])('a cursor that is %s is refused', (_how, cursor) => {
  expect(() => decodeCursor(cursor, 'a list')).toThrow(expect.objectContaining({ kind: 'invalid-cursor' }))
})
