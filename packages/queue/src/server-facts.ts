import type { Verdict } from '@weir/runtime'

/** What Redis says about its memory and its disk. */
export interface RedisFacts {
  usedBytes: number
  /** 0 when there is no limit. */
  maxBytes: number
  evictionPolicy: string
  isAofOn: boolean
}

/** Reads the answer to `INFO`, which a user may ask who may not ask for the configuration. */
export function readRedisFacts(info: string): RedisFacts {
  const fields = new Map(
    info.split(/\r?\n/).map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1)]
    }),
  )
  const field = (name: string): string => fields.get(name) ?? ''
  return {
    usedBytes: Number(field('used_memory')),
    maxBytes: Number(field('maxmemory')),
    evictionPolicy: field('maxmemory_policy'),
    isAofOn: field('aof_enabled') === '1',
  }
}

/** Whether this Redis is fit to hold the queue. */
export function judgeRedis({ maxBytes, evictionPolicy, isAofOn }: RedisFacts): Verdict {
  const refusals: string[] = []
  const warnings: string[] = []
  if (evictionPolicy !== 'noeviction') {
    refusals.push(
      `Redis runs with maxmemory-policy ${evictionPolicy}: set it to noeviction, or it drops parts of the queue when it is full.`,
    )
  }
  if (maxBytes === 0) {
    warnings.push(
      'Redis has no maxmemory: set one, so that Weir can keep the queue below it (what does not fit waits in the journal).',
    )
  }
  if (!isAofOn) {
    warnings.push(
      'Redis runs without an append-only file: a restart empties the queue. Nothing is lost, the producers send it again, but it takes a while; set appendonly to yes.',
    )
  }
  return { refusals, warnings }
}
