import { z } from 'zod'
import { dimensionColumns, isRolledUp } from './dimensions.ts'
import { clientAddress, loweredList, textList, upperedList, wholeNumber, text } from './parameters.ts'

/** An inclusive range of HTTP statuses. */
export interface StatusRange {
  from: number
  to: number
}

/** `404`, `5xx` or `400-499`, or several of them with commas between. */
const statusList = z
  .string()
  .regex(
    /^(\d{3}|[1-9]xx|\d{3}-\d{3})(,(\d{3}|[1-9]xx|\d{3}-\d{3})){0,19}$/i,
    'must be like 404, 5xx or 400-499',
  )
  .transform((value) => value.split(',').map(toStatusRange))
  .refine(
    (ranges) => ranges.every(({ from, to }) => from <= to),
    'must not have a range that ends before it begins',
  )

function toStatusRange(value: string): StatusRange {
  if (/x/i.test(value)) return { from: Number(value[0]) * 100, to: Number(value[0]) * 100 + 99 }
  const [from = '', to = from] = value.split('-')
  return { from: Number(from), to: Number(to) }
}

/** The filters of `GET /events` and of every analytics route. */
export const filterParameters = {
  event_type: textList
    .optional()
    .meta({ description: 'Event types, with commas between.', example: 'llm_query_sent' }),
  source: loweredList
    .optional()
    .meta({ description: 'The formats that events came in, with commas between.' }),
  service: textList.optional().meta({ description: 'Services, with commas between.' }),
  component: textList.optional().meta({ description: 'Components, with commas between.' }),
  level: loweredList
    .optional()
    .meta({ description: 'Levels, with commas between.', example: 'error,critical' }),
  category: loweredList.optional().meta({ description: 'Categories, with commas between.', example: 'llm' }),
  method: upperedList.optional().meta({ description: 'HTTP methods, with commas between.', example: 'GET' }),
  status: statusList.optional().meta({
    description: 'HTTP statuses: codes, classes or ranges, with commas between.',
    example: '404,5xx',
  }),
  provider: textList.optional().meta({ description: 'LLM providers, with commas between.' }),
  model: textList.optional().meta({ description: 'LLM models, with commas between.', example: 'gpt-4o' }),
  operation: textList
    .optional()
    .meta({ description: 'LLM operations, with commas between.', example: 'chat' }),
  host: text.optional().meta({ description: 'The host that was asked.' }),
  path: text.optional().meta({ description: 'The whole path that was asked.' }),
  route: text.optional().meta({ description: 'The route that the gateway matched.' }),
  session_id: text.optional().meta({ description: 'One session.' }),
  user_id: text.optional().meta({ description: 'One user.' }),
  api_key_id: text.optional().meta({
    description: 'One key that a gateway let callers in by: its id, name or hash, as the gateway says it.',
  }),
  client_ip: clientAddress.optional().meta({ description: 'One client address.' }),
  request_id: text.optional().meta({ description: 'One request.' }),
  trace_id: text.optional().meta({ description: 'One trace.' }),
  min_risk: wholeNumber(0, 100).optional().meta({ description: 'The lowest risk score, 0 to 100.' }),
  slow_ms: wholeNumber(0, 86_400_000)
    .optional()
    .meta({ description: 'Only events that took at least this long, in milliseconds.' }),
  q: text.optional().meta({
    description: 'Text that the message, the error message or the path contains, whatever its case.',
  }),
}

export type FilterValues = z.output<z.ZodObject<typeof filterParameters>>

/** Each filter that compares a column with given values. */
const filterColumns = {
  event_type: 'event_type',
  source: 'source',
  service: 'service',
  component: 'component',
  level: 'level',
  category: 'category',
  method: 'method',
  provider: dimensionColumns.provider,
  model: dimensionColumns.model,
  operation: dimensionColumns.operation,
  host: 'host',
  path: 'path',
  route: 'route',
  session_id: 'session_id',
  user_id: 'user_id',
  api_key_id: 'api_key_id',
  client_ip: 'client_ip',
  request_id: 'request_id',
  trace_id: 'trace_id',
} as const

export type FilterColumn = (typeof filterColumns)[keyof typeof filterColumns]

/** What events must be like. No condition holds for all of them. */
export interface Filters {
  equal: readonly { column: FilterColumn; values: readonly string[] }[]
  statuses: readonly StatusRange[] | undefined
  minRisk: number | undefined
  slowMs: number | undefined
  contains: string | undefined
}

/** Filters from their parameters. */
export function toFilters(values: FilterValues): Filters {
  // Object.entries forgets the key type; the object is the constant above.
  const entries = Object.entries(filterColumns) as [keyof typeof filterColumns, FilterColumn][]
  const equal = entries.flatMap(([name, column]) => {
    const value = values[name]
    if (value === undefined) return []
    return [{ column, values: typeof value === 'string' ? [value] : value }]
  })
  return {
    equal,
    statuses: values.status,
    minRisk: values.min_risk,
    slowMs: values.slow_ms,
    contains: values.q,
  }
}

/** The columns of which the database keeps an index of values: looking one of them up reads few pages. */
const identities: ReadonlySet<FilterColumn> = new Set([
  'session_id',
  'user_id',
  'api_key_id',
  'client_ip',
  'request_id',
  'trace_id',
  'path',
] as const)

/** Whether some filter can be looked up in the index of identities. */
export function hasIdentity(filters: Filters): boolean {
  return filters.equal.some(({ column }) => identities.has(column))
}

/** Whether there is no filter at all. */
export function isUnfiltered(filters: Filters): boolean {
  return filters.equal.length === 0 && filters.statuses === undefined && areRolledUp(filters)
}

/** Whether rollups alone can tell which events pass. */
export function areRolledUp(filters: Filters): boolean {
  const { equal, minRisk, slowMs, contains } = filters
  return (
    equal.every(({ column }) => isRolledUp(column)) &&
    minRisk === undefined &&
    slowMs === undefined &&
    contains === undefined
  )
}
