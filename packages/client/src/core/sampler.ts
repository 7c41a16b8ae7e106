import type { EventFields } from './event-fields.ts'
import { levelValues, readLevel, type Level } from './levels.ts'
import type { Settings } from './options.ts'

/** Gives the fields to log, or `undefined` to leave the event out. */
export type Sample = (
  eventType: string | undefined,
  level: Level | undefined,
  fields: EventFields,
) => EventFields | undefined

/** `undefined` when every event is kept. */
export function createSampler(rate: Settings['sampleRate'], random: () => number): Sample | undefined {
  if (typeof rate === 'function') {
    return (eventType, level, fields) =>
      rate({
        ...fields,
        eventType: eventType ?? (fields['eventType'] as string | undefined),
        level: level ?? fields.level,
      })
        ? fields
        : undefined
  }
  if (rate === undefined || !(rate < 1)) return undefined
  return (_eventType, level, fields) => {
    const known = level ?? readLevel(fields.level)
    if (known !== undefined && levelValues[known] >= levelValues.warning) return fields
    // Who counts events later can divide by it.
    return random() < rate ? { ...fields, sampleRate: rate } : undefined
  }
}
