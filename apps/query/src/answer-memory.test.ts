import { expect, test } from '@jest/globals'
import { AnswerMemory } from './answer-memory.ts'

/** Where everything that can be done without a timer or a disk is done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const refused = { kind: 'temporary-reduced-capacity' }

test('an answer waits until another one is over', async () => {
  const memory = new AnswerMemory({ maxBytes: 200 })
  const first = await memory.enter(1, 60)
  const second = memory.enter(1, 60)
  await settled()
  expect([memory.heldBytes, memory.waitingCount]).toEqual([60, 1])
  first[Symbol.dispose]()
  using _second = await second
  expect([memory.heldBytes, memory.waitingCount]).toEqual([60, 0])
})

test('an answer that turns out to be small makes room for others', async () => {
  const memory = new AnswerMemory({ maxBytes: 200 })
  using first = await memory.enter(1, 100)
  const second = memory.enter(1, 90)
  first.resize(10)
  using _second = await second
  expect(memory.heldBytes).toBe(100)
})

test('an answer that turns out to be large is counted as what it is', async () => {
  const memory = new AnswerMemory({ maxBytes: 200, maxWaitMs: 1 })
  {
    using large = await memory.enter(1, 10)
    large.resize(300)
    await expect(memory.enter(2, 1)).rejects.toMatchObject(refused)
  }
  expect(memory.heldBytes).toBe(0)
  using _other = await memory.enter(2, 1)
})

test('a small answer passes large ones that wait', async () => {
  const memory = new AnswerMemory({ maxBytes: 200 })
  const first = await memory.enter(1, 60)
  const large = memory.enter(1, 100)
  await settled()
  using small = await memory.enter(1, 40)
  expect([memory.heldBytes, memory.waitingCount]).toEqual([100, 1])
  first[Symbol.dispose]()
  small.resize(0)
  using _large = await large
  expect(memory.heldBytes).toBe(100)
})

test('one project leaves room for the others', async () => {
  const memory = new AnswerMemory({ maxBytes: 200, maxWaitMs: 1 })
  using _all = await memory.enter(1, 1_000)
  expect(memory.heldBytes).toBe(100)
  await expect(memory.enter(1, 1)).rejects.toMatchObject(refused)
  using _other = await memory.enter(2, 100)
  expect(memory.heldBytes).toBe(200)
  await expect(memory.enter(3, 1)).rejects.toMatchObject(refused)
})

test('who waits for too long is asked to come again, and waits no more', async () => {
  const memory = new AnswerMemory({ maxBytes: 200, maxWaitMs: 1 })
  using _first = await memory.enter(1, 100)
  const error: unknown = await memory.enter(1, 100).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ ...refused, headers: { 'Retry-After': expect.stringMatching(/^[1-5]$/) } })
  expect([memory.heldBytes, memory.waitingCount]).toEqual([100, 0])
})

test('no more than 200 wait', async () => {
  const memory = new AnswerMemory({ maxBytes: 200 })
  const first = await memory.enter(1, 100)
  const waiting = Array.from({ length: 200 }, () => memory.enter(1, 100))
  await expect(memory.enter(1, 100)).rejects.toMatchObject(refused)
  expect(memory.waitingCount).toBe(200)
  first[Symbol.dispose]()
  for (const next of waiting) (await next)[Symbol.dispose]()
  expect([memory.heldBytes, memory.waitingCount]).toEqual([0, 0])
})
