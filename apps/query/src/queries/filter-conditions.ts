import type { Filters } from '../filters.ts'
import { sql, type RawBuilder } from './ask.ts'

/** Filters as SQL conditions on `table`, each behind an `and`; nothing for no filter. */
export function filterConditions(table: string, filters: Filters): RawBuilder<unknown> {
  const column = (name: string): RawBuilder<unknown> => sql.ref(`${table}.${name}`)
  const conditions = filters.equal.map(({ column: name, values }) =>
    values.length === 1
      ? sql`and ${column(name)} = ${values[0]}`
      : sql`and ${column(name)} = any(${values}::text[])`,
  )
  if (filters.statuses !== undefined) {
    const ranges = filters.statuses.map(
      ({ from, to }) => sql`${column('status_code')} between ${from}::smallint and ${to}::smallint`,
    )
    conditions.push(sql`and (${sql.join(ranges, sql` or `)})`)
  }
  if (filters.minRisk !== undefined)
    conditions.push(sql`and ${column('risk_score')} >= ${filters.minRisk}::smallint`)
  if (filters.slowMs !== undefined) {
    conditions.push(sql`and ${column('duration_ms')} >= ${filters.slowMs}::double precision`)
  }
  if (filters.contains !== undefined) {
    const pattern = `%${filters.contains.replace(/[\\%_]/g, String.raw`\$&`)}%`
    conditions.push(
      sql`and (${column('message')} ilike ${pattern} or ${column('error_message')} ilike ${pattern}
        or ${column('path')} ilike ${pattern})`,
    )
  }
  return conditions.length === 0 ? sql`` : sql.join(conditions, sql` `)
}
