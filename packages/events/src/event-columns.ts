import { createEvent, type CanonicalEvent } from './canonical-event.ts'

export type EventColumn = keyof CanonicalEvent

/**
 * The columns of `log_events` in the order of a batch's rows.
 *
 * What rollups are made of comes first, so that a reader of rows can stop splitting there. A batch written by
 * one release is read by the next: append columns behind the last one, never reorder.
 */
// Object.keys forgets the key type; the object has exactly the interface's keys.
export const eventColumns = Object.keys(createEvent(0, '', '', '')) as readonly EventColumn[]

/** The columns that rollups keep apart: filtering and grouping by them never reads an event. */
export const rollupDimensions = [
  'event_type',
  'source',
  'service',
  'level',
  'category',
  'method',
  'route',
  'status_code',
  'llm_provider',
  'llm_model',
  'llm_operation',
] as const satisfies readonly EventColumn[]

export type RollupDimension = (typeof rollupDimensions)[number]

/** How many leading columns of a row the rollups are made of. */
export const rollupColumnCount = eventColumns.indexOf('client_ip') + 1

/** Where each column stands in a row. */
// fromEntries forgets the key type; the entries are made of the same list.
export const columnIndex = Object.fromEntries(
  eventColumns.map((column, index) => [column, index]),
) as Readonly<Record<EventColumn, number>>
