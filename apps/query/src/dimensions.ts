import { rollupDimensions, type EventColumn } from '@weir/events'

/** What an analytics answer can be broken down by, and the column that holds it. */
export const dimensionColumns = {
  event_type: 'event_type',
  source: 'source',
  service: 'service',
  level: 'level',
  category: 'category',
  method: 'method',
  route: 'route',
  status: 'status_code',
  status_class: 'status_code',
  provider: 'llm_provider',
  model: 'llm_model',
  operation: 'llm_operation',
  user_id: 'user_id',
  api_key_id: 'api_key_id',
  session_id: 'session_id',
  path: 'path',
  host: 'host',
  client_ip: 'client_ip',
  component: 'component',
} as const satisfies Record<string, EventColumn>

export type Dimension = keyof typeof dimensionColumns

// Object.keys forgets the key type; the object is the constant above.
export const dimensions = Object.keys(dimensionColumns) as Dimension[]

const rolledUp: ReadonlySet<string> = new Set(rollupDimensions)

/** Whether rollups keep a column apart, so that it can be filtered and grouped by without reading an event. */
export function isRolledUp(column: string): boolean {
  return rolledUp.has(column)
}
