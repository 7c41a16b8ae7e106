import { hash } from 'node:crypto'
import { decodeField, rollupDimensions } from '@weir/events'
import type { PoolClient } from 'pg'

/** A project's combination of dimensions, as they stand in a row: COPY text with tabs between. */
export interface Dimensions {
  projectId: string
  text: string
}

interface Known {
  id: number | null
  position: number
}

/** What a combination of dimensions, as it stands in a row, is found by: 128 bits of SHA-256, which no two share. */
export function dimensionsFingerprint(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32)
}

/**
 * The ids of combinations of dimensions, in their order; what is new is inserted. A transaction may wait here for
 * another one that inserts the same; not the two for each other, if they ask once: all insert in one order.
 */
export async function findDimensionIds(client: PoolClient, asked: readonly Dimensions[]): Promise<number[]> {
  const projectIds = asked.map(({ projectId }) => projectId)
  const fingerprints = asked.map(({ text }) => dimensionsFingerprint(text))
  for (;;) {
    const { rows } = await client.query<Known>({
      name: 'find-dimension-ids',
      text: `
        select known.id, asked.position::int as position
        from unnest($1::int[], $2::uuid[]) with ordinality as asked (project_id, fingerprint, position)
        left join rollup_dimensions as known using (project_id, fingerprint)`,
      values: [projectIds, fingerprints],
    })
    const ids: number[] = []
    const missing: number[] = []
    for (const { id, position } of rows) {
      if (id === null) missing.push(position - 1)
      else ids[position - 1] = id
    }
    if (missing.length === 0) return ids
    await insertDimensions(
      client,
      missing.map((index) => [projectIds[index], fingerprints[index], ...fieldsOf(asked[index])]),
    )
  }
}

const columns = ['project_id', 'fingerprint', ...rollupDimensions]
const typeOf = (column: string): string => {
  if (column === 'project_id') return 'int[]'
  if (column === 'fingerprint') return 'uuid[]'
  return column === 'status_code' ? 'smallint[]' : 'text[]'
}
const arrays = columns.map((column, index) => `$${index + 1}::${typeOf(column)}`).join(', ')

async function insertDimensions(
  client: PoolClient,
  rows: readonly (readonly (string | null | undefined)[])[],
): Promise<void> {
  await client.query({
    name: 'insert-dimensions',
    text: `
      insert into rollup_dimensions (${columns.join(', ')})
      select * from unnest(${arrays}) as entry (${columns.join(', ')})
      order by project_id, fingerprint
      on conflict do nothing`,
    values: columns.map((_column, index) => rows.map((row) => row[index])),
  })
}

function fieldsOf(dimensions: Dimensions | undefined): (string | null)[] {
  return (dimensions?.text ?? '').split('\t').map(decodeField)
}
