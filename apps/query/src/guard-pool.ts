import { Problem } from '@weir/http'
import { Breaker, type Logger } from '@weir/runtime'
import { DatabaseError, type Pool } from 'pg'

/** One line of the log when an outage begins and one when it ends. */
export function createDatabaseBreaker(logger: Logger): Breaker {
  return new Breaker({
    onChange(state, error) {
      if (state === 'open') logger.warn({ err: error }, 'the database does not answer; questions are refused')
      else logger.info('the database answers again')
    },
  })
}

/**
 * A pool whose `query` and `connect` are refused at once while its server is known to be away, but for one that
 * looks whether it is back: a server that hangs would else hold every question for its whole timeout.
 */
export function guardPool(pool: Pick<Pool, 'query' | 'connect'>, breaker: Breaker): Pool {
  async function guard<T>(work: () => Promise<T>): Promise<T> {
    // Single failures refuse nobody else.
    if (breaker.state !== 'closed' && !breaker.tryPass()) {
      throw new Problem('temporary-reduced-capacity', 'The database cannot be reached at the moment.')
    }
    try {
      const result = await work()
      breaker.succeeded()
      return result
    } catch (error) {
      if (isAway(error)) breaker.failed(error)
      else breaker.succeeded()
      throw error
    }
  }
  const guarded = {
    query: (...args: Parameters<Pool['query']>) => guard(async () => pool.query(...args)),
    connect: () => guard(() => pool.connect()),
  }
  // Questions call these two alone; whoever ends the pool has the real one.
  return guarded as unknown as Pool
}

/** Connections refused or lost, servers that start or stop, and too many of them: SQLSTATE classes 08, 53 and 57P. */
function isAway(error: unknown): boolean {
  return error instanceof DatabaseError ? /^(08|53|57P)/.test(error.code ?? '') : true
}
