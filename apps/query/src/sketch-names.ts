import { hash } from 'node:crypto'
import type { Scope } from './queries/facts.ts'

/** What the cache calls the sketches of a question: the same whenever it is asked, whatever arrived in between. */
export interface SketchNames {
  ofPeriod: string
  /** By the index of a bucket. */
  ofBucket: (bucket: number) => string
}

/** `asked`: all that decides which rows become a sketch, but for their time. */
export function nameSketches(
  asked: unknown,
  { fromMs, toMs }: Pick<Scope, 'fromMs' | 'toMs'>,
  startsMs: readonly number[],
): SketchNames {
  const name = hash('sha256', JSON.stringify(asked), 'base64url')
  return {
    ofPeriod: `${name} ${fromMs} ${toMs}`,
    ofBucket(bucket) {
      const startMs = Math.max(startsMs[bucket] ?? fromMs, fromMs)
      const endMs = Math.min(startsMs[bucket + 1] ?? toMs, toMs)
      return `${name} ${startMs} ${endMs}`
    },
  }
}
