import { plainColumns } from '../to-event.ts'
import { sql, type RawBuilder } from './ask.ts'

/** The fields of an `EventRow`, from `table`. */
export function eventFields(table: string): RawBuilder<unknown> {
  const column = (name: string): RawBuilder<unknown> => sql.ref(`${table}.${name}`)
  const plain = plainColumns.map((name) => {
    if (name === 'cost_usd' || name === 'cache_saved_usd')
      return sql`trim_scale(${column(name)})::text as ${sql.ref(name)}`
    // The driver gives bigint as text; sizes are far below 2⁵³.
    if (name === 'bytes_in' || name === 'bytes_out')
      return sql`${column(name)}::double precision as ${sql.ref(name)}`
    return column(name)
  })
  return sql`${column('id')}, ${column('occurred_at')}::text as position, ${column('occurred_at')},
    ${column('received_at')}, ${column('event_key')}, ${sql.join(plain)}, coalesce(${column('payload')}, '{}'::jsonb)::text as payload`
}
