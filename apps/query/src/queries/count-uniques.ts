import type { Pool } from 'pg'
import { dimensionColumns, isRolledUp } from '../dimensions.ts'
import { hasIdentity, type Filters } from '../filters.ts'
import { groupKey, type GroupKeys } from '../group-key.ts'
import type { ParsedRegisters, SketchCache } from '../sketch-cache.ts'
import { nameSketches } from '../sketch-names.ts'
import { mergeUniques, type Uniques, type UniquesOf } from '../uniques.ts'
import { ask, askByIndex, sql } from './ask.ts'
import { canUseRollups, dimensionKey, eventFacts, toText } from './facts.ts'
import type { Question } from './measure.ts'
import { readSketches } from './read-sketches.ts'

/** What to count: in all, for each bucket, and for each group that `measure` gives for the same question. */
export type UniqueQuestion = Pick<Question, 'scope' | 'startsMs' | 'settledMs' | 'groupBy' | 'maxGroups'>

/** The dimensions that sketches are kept apart by. */
const sketched: ReadonlySet<string> = new Set(['event_type', 'service'])

/**
 * Counts different values: within 2 % from the sketches of rollups, or exactly from the events where those
 * are read anyway. Sketches are kept by event type and service, so with another filter that rollups hold
 * nothing is known, and with such a grouping nothing of the groups. They are kept by quarter of an hour, so
 * a time that begins or ends within one is counted with the whole of it.
 */
export async function countUniques(
  db: Pool,
  cache: SketchCache<ParsedRegisters>,
  asked: UniqueQuestion,
): Promise<UniquesOf> {
  const { scope, startsMs, groupBy } = asked
  if (!canUseRollups(scope.filters, groupBy)) return countInEvents(db, asked)
  if (!isSketched(scope.filters)) return { total: undefined, series: new Map(), groups: new Map() }
  const groups = groupBy.every((name) => sketched.has(name)) ? groupBy : []
  const names = nameSketches([scope.projectId, scope.filters, groups], scope, startsMs)
  const cells = await readSketches(db, cache, { ...asked, groupBy: groups, names })
  return mergeUniques(cells, names, cache)
}

function isSketched({ equal, statuses }: Filters): boolean {
  return statuses === undefined && equal.every(({ column }) => sketched.has(column))
}

interface CountRow extends Uniques {
  bucket: number | null
  keys: GroupKeys | null
}

async function countInEvents(
  db: Pool,
  { scope, startsMs, groupBy, maxGroups }: UniqueQuestion,
): Promise<UniquesOf> {
  const needed = [
    ...groupBy.map((name) => dimensionColumns[name]),
    'user_id',
    'session_id',
    'client_ip',
  ] as const
  const extra = [...new Set<string>(needed)].filter((column) => !isRolledUp(column))
  const counts = sql`count(distinct cells.user_id)::int as "user", count(distinct cells.session_id)::int as session,
    count(distinct cells.client_ip)::int as visitor`
  const keys = sql.join(groupBy.map(dimensionKey))
  const asked = sql<CountRow>`
    with facts as (${eventFacts(scope, extra)}),
    cells as materialized (
      select width_bucket(facts.bucket_at, ${startsMs.map(toText)}::timestamptz[]) - 1 as bucket,
        array[${keys}]::text[] as keys, facts.user_id, facts.session_id, facts.client_ip
      from facts
    )
    select null::int as bucket, null::text[] as keys, ${counts} from cells
    union all select cells.bucket, null, ${counts} from cells group by cells.bucket
    union all (select null, cells.keys, ${counts} from cells group by cells.keys
      order by count(*) desc, cells.keys limit ${maxGroups}::int)`
  const rows = hasIdentity(scope.filters)
    ? await askByIndex(db, (reader) => ask(reader, asked))
    : await ask(db, asked)
  return {
    total: rows.find(({ bucket, keys: group }) => bucket === null && group === null),
    series: new Map(rows.flatMap((row) => (row.bucket === null ? [] : [[row.bucket, row] as const]))),
    groups: new Map(rows.flatMap((row) => (row.keys === null ? [] : [[groupKey(row.keys), row] as const]))),
  }
}
