import { expect, test } from '@jest/globals'
import { Ledger } from './ledger.ts'
import { Oracle, type StoredEvent, type Verdict } from './oracle.ts'
import { sampleFields } from './sample-event.ts'

const identity = { seed: 7, startedAtMs: Date.parse('2026-11-20T10:00:00Z') }

function issueTen(): Ledger {
  const ledger = new Ledger()
  ledger.settle(ledger.issue(5, 0), 'acknowledged')
  ledger.settle(ledger.issue(5, 1), 'acknowledged')
  return ledger
}

function stored(seq: number, changes: Partial<StoredEvent> = {}): StoredEvent {
  return { ...sampleFields(identity, seq), project: seq < 5 ? 0 : 1, ...changes }
}

const allTen = Array.from({ length: 10 }, (_unused, seq) => stored(seq))

function judge(ledger: Ledger, events: readonly StoredEvent[]): Verdict {
  const oracle = new Oracle(identity, ledger)
  for (const event of events) oracle.see(event)
  return oracle.verdict()
}

const innocent = { lost: 0, duplicated: 0, spurious: 0, corrupted: 0 }

test('finds nothing wrong when every acknowledged event is stored once, in any order', () => {
  const verdict = judge(issueTen(), allTen.toReversed())
  expect(verdict).toEqual({ acknowledged: 10, stored: 10, ...innocent, examples: [] })
})

test('finds a lost event', () => {
  const verdict = judge(issueTen(), allTen.toSpliced(3, 1))
  expect(verdict).toMatchObject({ ...innocent, stored: 9, lost: 1, examples: ['event 3 lost'] })
})

test('finds an event that is stored twice', () => {
  const verdict = judge(issueTen(), [...allTen, stored(6)])
  expect(verdict).toMatchObject({ ...innocent, duplicated: 1, examples: ['event 6 duplicated'] })
})

test.each<[string, Partial<StoredEvent>]>([
  ['its cost', { costUsd: 1_234 }],
  ['its time by a millisecond', { occurredAtMs: sampleFields(identity, 2).occurredAtMs + 1 }],
  ['its hash', { payload: { ...sampleFields(identity, 2).payload, check: 'x' } }],
  ['its payload by one more field', { payload: { ...sampleFields(identity, 2).payload, more: 1 } }],
  ['its project', { project: 1 }],
])('finds an event that differs in %s', (_what, changes) => {
  const verdict = judge(issueTen(), allTen.with(2, stored(2, changes)))
  expect(verdict).toMatchObject({ ...innocent, corrupted: 1 })
})

test.each<[string, unknown]>([
  ['has a number that was not issued', { seq: 10 }],
  ['has no number', {}],
  ['has no payload', null],
])('finds an event that nobody sent: one that %s', (_what, payload) => {
  const verdict = judge(issueTen(), [...allTen, stored(0, { payload })])
  expect(verdict).toMatchObject({ ...innocent, spurious: 1 })
})

test('finds a refused event that is stored all the same', () => {
  const ledger = issueTen()
  ledger.settle(ledger.issue(1, 0), 'refused')
  expect(judge(ledger, [...allTen, stored(10, { project: 0 })])).toMatchObject({ ...innocent, spurious: 1 })
})

test('lets an event of unknown fate be stored once or not at all, and never twice', () => {
  const ledger = issueTen()
  ledger.issue(1, 0)
  const late = stored(10, { project: 0 })
  expect(judge(ledger, allTen)).toMatchObject(innocent)
  expect(judge(ledger, [...allTen, late])).toMatchObject(innocent)
  expect(judge(ledger, [...allTen, late, late])).toMatchObject({ ...innocent, duplicated: 1 })
})

test('an acknowledgement counts although a later answer to the same request was a refusal', () => {
  const ledger = new Ledger()
  const range = ledger.issue(1, 0)
  ledger.settle(range, 'acknowledged')
  ledger.settle(range, 'refused')
  expect(judge(ledger, [])).toMatchObject({ acknowledged: 1, lost: 1 })
})
