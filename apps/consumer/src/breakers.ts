import { Breaker, type Logger } from '@weir/runtime'
import { classifyFailure } from './failure-class.ts'

/** The breakers of what the consumer depends on. */
export interface Breakers {
  postgresql: Breaker
  queue: Breaker
}

/** One line of the log when an outage begins and one when it ends; an error when only a person can end it. */
export function createBreakers(logger: Logger): Breakers {
  return {
    postgresql: new Breaker({
      onChange(state, error) {
        if (state === 'closed') logger.info('the database takes batches again')
        else if (classifyFailure(error) === 'mend')
          logger.error({ err: error }, 'the database has to be mended; batches wait until it is')
        else logger.warn({ err: error }, 'the database takes no batches; trying again')
      },
    }),
    queue: new Breaker({
      onChange(state, error) {
        if (state === 'closed') logger.info('the queue answers again')
        else logger.warn({ err: error }, 'the queue does not answer; trying again')
      },
    }),
  }
}
