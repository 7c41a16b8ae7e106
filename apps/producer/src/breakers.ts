import { Breaker, type Logger } from '@weir/runtime'

/** The breakers of what the producer depends on, and can do without for a while. */
export interface Breakers {
  postgresql: Breaker
  queue: Breaker
}

/** One line of the log when an outage begins and one when it ends. */
export function createBreakers(logger: Logger): Breakers {
  return {
    postgresql: new Breaker({
      onChange(state, error) {
        if (state === 'open')
          logger.warn(
            { err: error },
            'the database does not answer; known keys stay valid, the journal keeps its batches',
          )
        else logger.info('the database answers again')
      },
    }),
    queue: new Breaker({
      onChange(state, error) {
        if (state === 'open')
          logger.warn({ err: error }, 'the queue does not take batches; they wait in the journal')
        else logger.info('the queue takes batches again')
      },
    }),
  }
}
