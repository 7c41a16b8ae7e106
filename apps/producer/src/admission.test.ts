import { expect, test } from '@jest/globals'
import { Problem } from '@weir/http'
import { Admission, gates, type AdmissionOptions } from './admission.ts'

/** An admission whose gates are looked at when the test says so, on a log and a loop that are as it says. */
function start(options: Partial<AdmissionOptions> = {}) {
  const state = { roomBytes: 1024 ** 3, writingForMs: 0, lagMs: 0, givenUp: 0 }
  const log = {
    journal: {
      bytes: 0,
      oldestUnreleasedAtMs: undefined,
      isBroken: false,
      get roomBytes() {
        return state.roomBytes
      },
    },
    get writingForMs() {
      return state.writingForMs
    },
    giveUpWrite: () => void (state.givenUp += 1),
  }
  const limits = { maxInFlightBytes: 1_000, maxEventLoopLagMs: 2_000 }
  const admission = new Admission({ log, ...limits, readLagMs: () => state.lagMs, ...options })
  admission.close()
  const look = (change: Partial<typeof state>): string[] => {
    Object.assign(state, change)
    admission.sample()
    return gates.filter((gate) => admission.isClosed(gate))
  }
  return { admission, state, look }
}

const refusal = (act: () => unknown): Problem => {
  try {
    act()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('Nothing was refused.')
}

test('bytes of bodies are counted while they arrive, and refused past the limit, until they are released', () => {
  const { admission } = start()
  const [first, second] = [admission.enter(), admission.enter()]
  first.take(600)
  second.take(300)
  expect(admission.inFlightBytes).toBe(900)
  expect(refusal(() => second.take(300)).status).toBe(503)
  expect(refusal(() => admission.enter()).kind).toBe('temporary-reduced-capacity')
  second.release()
  expect(admission.inFlightBytes).toBe(600)
  // The rest of its body still arrives.
  second.take(300)
  expect(admission.inFlightBytes).toBe(600)
  admission.enter().take(400)
  first.release()
  expect(admission.refusals.get('in-flight')).toBe(2)
})

test('a refusal asks to come again after one to five seconds, spread', () => {
  const { admission } = start()
  const waits = new Set(
    Array.from({ length: 200 }, () => Number(admission.refuse('journal').headers['Retry-After'])),
  )
  expect([...waits].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5])
})

test('a journal without room closes its gate until there is room again, and some more', () => {
  const { admission, look } = start()
  expect(look({ roomBytes: 100_000 })).toEqual([])
  expect(look({ roomBytes: 65_000 })).toEqual(['journal'])
  expect(refusal(() => admission.enter()).message).toContain('journal')
  expect(look({ roomBytes: 100_000 })).toEqual(['journal'])
  expect(look({ roomBytes: 300_000 })).toEqual([])
  admission.enter().release()
})

test('a disk that does not answer closes its gate, and later those who wait are answered', () => {
  const { state, look } = start()
  expect(look({ writingForMs: 4_000 })).toEqual([])
  expect([look({ writingForMs: 6_000 }), state.givenUp]).toEqual([['disk'], 0])
  expect([look({ writingForMs: 11_000 }), state.givenUp]).toEqual([['disk'], 1])
  expect(look({ writingForMs: 0 })).toEqual([])
})

test('a loop that stays late closes its gate, one long pause does not', () => {
  const { look } = start()
  expect(look({ lagMs: 15_000 })).toEqual([])
  expect(look({ lagMs: 3 })).toEqual([])
  expect(look({ lagMs: 2_500 })).toEqual([])
  expect(look({ lagMs: 2_500 })).toEqual(['event-loop'])
  expect(look({ lagMs: 1_500 })).toEqual(['event-loop'])
  expect(look({ lagMs: 500 })).toEqual([])
  expect(look({ lagMs: Number.NaN })).toEqual([])
})
