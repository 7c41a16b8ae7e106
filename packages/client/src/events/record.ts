import type { EventFields } from '../core/event-fields.ts'
import type { Level } from '../core/levels.ts'

/** Takes an event. `undefined`: what the fields say. Never throws. */
export type RecordEvent = (
  eventType: string | undefined,
  level: Level | undefined,
  fields: EventFields,
) => void
