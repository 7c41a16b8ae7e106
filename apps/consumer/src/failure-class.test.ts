import { expect, test } from '@jest/globals'
import { classifyFailure, mayBeTheEvents } from './failure-class.ts'
import { Progress } from './progress.ts'

const error = (code: string | undefined, message = '') => Object.assign(new Error(message), { code })

test.each([
  ['a lost connection', error('ECONNRESET'), 'away'],
  ['a refused connection', error('ECONNREFUSED'), 'away'],
  ['a broken pipe', error('EPIPE'), 'away'],
  ['a timeout of the driver, which has no code', error(undefined, 'Query read timeout'), 'away'],
  ['a pool without a free connection', error(undefined, 'timeout exceeded when trying to connect'), 'away'],
  ['a connection that ended', error(undefined, 'Connection terminated unexpectedly'), 'away'],
  ['a connection failure', error('08006'), 'away'],
  ['a transaction that was aborted', error('25P02'), 'away'],
  ['too many clients', error('53300'), 'away'],
  ['a server that was shut down', error('57P01'), 'away'],
  ['a server that crashed', error('57P02'), 'away'],
  ['a server that recovers', error('57P03'), 'away'],
  ['an object in use', error('55006'), 'away'],
  ['a deadlock', error('40P01'), 'again'],
  ['a serialization failure', error('40001'), 'again'],
  ['a lock that was not to be had', error('55P03'), 'again'],
  ['a statement timeout', error('57014'), 'too-much'],
  ['no memory', error('53200'), 'too-much'],
  ['a full disk', error('53100'), 'mend'],
  ['a read-only server', error('25006'), 'mend'],
  ['a wrong password', error('28P01'), 'mend'],
  ['a role that may not connect', error('28000'), 'mend'],
  ['a database that is not there', error('3D000'), 'mend'],
  ['a schema that is not there', error('3F000'), 'mend'],
  ['a privilege that was taken away', error('42501'), 'mend'],
  ['a table that is not there', error('42P01'), 'mend'],
  ['a column that is not there', error('42703'), 'mend'],
  ['a column of another type', error('42804'), 'mend'],
  ['a missing constraint for on conflict', error('42P10'), 'mend'],
  ['what this server cannot do', error('0A000'), 'mend'],
  ['an I/O error', error('58030'), 'mend'],
  ['a damaged index', error('XX002'), 'mend'],
  ['a missing partition', error('23514', 'no partition of relation "log_events" found for row'), 'mend'],
  ['a broken check', error('23514', 'violates check constraint'), 'poison'],
  ['a missing value', error('23502'), 'poison'],
  ['a value that is there already', error('23505'), 'poison'],
  ['a wrong number of rows', error('21000'), 'poison'],
  ['text that is no number', error('22P02'), 'poison'],
  ['a row that COPY cannot read', error('22P04'), 'poison'],
  ['a NUL', error('22P05'), 'poison'],
  ['a number out of range', error('22003'), 'poison'],
  ['a time out of range', error('22008'), 'poison'],
  ['bytes that are no text', error('22021'), 'poison'],
  ['an index row that is too large', error('54000'), 'poison'],
  ['JSON that is too deep', error('54001'), 'poison'],
  ['what a trigger raised', error('P0001'), 'unknown'],
  ['something new', error('ZZ999'), 'unknown'],
  ['what is no error', 'text', 'unknown'],
])('%s: %#', (_name, thrown, expected) => {
  expect(classifyFailure(thrown)).toBe(expected)
  // Nothing that the servers, the schema or the rights are to blame for costs an event its place.
  expect(mayBeTheEvents(thrown)).toBe(['poison', 'unknown'].includes(expected))
})

test('a consumer that stores nothing for a minute while work waits is not alive, and is again when it stores', () => {
  let nowMs = 0
  const progress = new Progress(() => nowMs)
  nowMs = 59_000
  expect(progress.isAlive).toBe(true)
  nowMs = 61_000
  expect([progress.isAlive, progress.stuckSeconds]).toEqual([false, 61])
  progress.note()
  expect(progress.isAlive).toBe(true)
})
