import { sleep } from '@weir/runtime'
import type { Delivery } from './delivery.ts'
import type { Random } from '../random.ts'
import type { SampleRequests } from './sample-request.ts'

/** What a load is made of. */
export interface LoadParts {
  requests: SampleRequests
  delivery: Delivery
  random: Random
}

/** Requests that are on their way. Disposing it stops it. */
export interface Load extends AsyncDisposable {
  /** Issues no more, resolves when all that were issued are settled. */
  stop: () => Promise<void>
}

/** As much as the producer takes. */
export interface BulkLoad extends Load {
  /** Lets so many events in all be issued. */
  allow: (events: number) => void
  /** Resolves when all events of the load are settled. */
  done: Promise<unknown>
}

/** Posts `events` events by `connections` connections, each sending its next request when it has its answer. */
export function postAll(
  { requests, delivery }: LoadParts,
  options: { events: number; eventsPerRequest: number; connections: number },
): BulkLoad {
  const { events, eventsPerRequest, connections } = options
  let issued = 0
  let allowed = 0
  const stop = new AbortController()

  async function post(): Promise<void> {
    while (issued < events && !stop.signal.aborted) {
      if (issued >= allowed) {
        await sleep(5)
        continue
      }
      const count = Math.min(eventsPerRequest, events - issued)
      issued += count
      await delivery.deliver(requests.next(count))
    }
  }
  const posting = Promise.all(Array.from({ length: connections }, post))
  const finish = async (): Promise<void> => {
    stop.abort()
    await posting
  }
  return {
    allow: (limit) => {
      allowed = limit
    },
    done: posting,
    stop: finish,
    [Symbol.asyncDispose]: finish,
  }
}

const meanEventsPerRequest = 20

/** Posts at a steady rate, however long the answers take, in requests of 1 to 39 events. */
export function postSteadily({ requests, delivery, random }: LoadParts, eventsPerSecond: number): Load {
  const stop = new AbortController()
  const underWay = new Set<Promise<unknown>>()

  async function run(): Promise<void> {
    let dueAtMs = performance.now()
    while (!stop.signal.aborted) {
      const delivering = delivery
        .deliver(requests.next(random.between(1, 2 * meanEventsPerRequest)))
        .finally(() => underWay.delete(delivering))
      underWay.add(delivering)
      dueAtMs += (meanEventsPerRequest / eventsPerSecond) * 1_000
      const waitMs = dueAtMs - performance.now()
      if (waitMs > 0) await sleep(waitMs, stop.signal)
    }
    await Promise.all(underWay)
  }
  const running = run()
  const finish = async (): Promise<void> => {
    stop.abort()
    await running
  }
  return { stop: finish, [Symbol.asyncDispose]: finish }
}
