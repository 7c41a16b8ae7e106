import { expect, test } from '@jest/globals'
import type { Tally } from '@weir/formats'
import { NumberedLabels, TallyNumbers } from './tally-labels.ts'

function tallyOf(labels: Partial<Tally>): Tally {
  return {
    eventType: 'api_request',
    source: 'gateway',
    isLlm: false,
    provider: null,
    model: null,
    count: 1,
    ...labels,
  }
}

test('what is numbered is read back, and labels travel once', () => {
  const numbers = new TallyNumbers()
  const labels = new NumberedLabels()
  const first = [
    tallyOf({ count: 3 }),
    tallyOf({ source: 'gatewaya', provider: '', model: 'b' }),
    tallyOf({ source: 'gateway', provider: 'a', model: 'b' }),
    tallyOf({ source: 'gateway', provider: null, model: '' }),
    tallyOf({ isLlm: true }),
  ]
  const sent = numbers.number(first)
  expect(sent.added).toHaveLength(5)
  expect(labels.read(sent)).toEqual(first)
  const again = numbers.number([tallyOf({ count: 7 })])
  expect(again).toEqual({ numbers: [0, 7], added: [], startsAgain: false })
  expect(labels.read(again)).toEqual([tallyOf({ count: 7 })])
})

test('however many labels senders make up, both ends remember few', () => {
  const numbers = new TallyNumbers()
  const labels = new NumberedLabels()
  let restarts = 0
  for (let body = 0; body < 200; body += 1) {
    const tallies = Array.from({ length: 100 }, (_unused, i) => tallyOf({ source: `source-${body}-${i}` }))
    const sent = numbers.number(tallies)
    if (sent.startsAgain) restarts += 1
    expect(labels.read(sent)).toEqual(tallies)
  }
  expect(restarts).toBe(4)
})
