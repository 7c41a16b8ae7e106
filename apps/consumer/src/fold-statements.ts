import { grainsSeconds } from '@weir/database'

const sums = [
  'events',
  'duration_count',
  'duration_sum_ms',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'total_tokens',
  'priced',
  'cost_usd',
  'bytes_in',
  'bytes_out',
  'cache_hits',
  'impossible_ttft',
  'unpriced',
  'unpriced_tokens',
  'cache_saved_usd',
] as const

/** The histograms of a cell. */
export const histograms = ['duration_histogram', 'ttft_histogram', 'speed_histogram'] as const

const bucket = `to_timestamp(floor(extract(epoch from bucket_at) / grain_seconds) * grain_seconds)`
const grains = `unnest(array[${grainsSeconds.join(', ')}]) as grain_seconds`

/** A cell of some deltas. Numbers are text, as PostgreSQL wrote them; `old…` is what the table has of it. */
export type TakenCell = Record<(typeof eventColumns)[number]['name'], unknown> &
  Record<(typeof histograms)[number] | `old_${(typeof histograms)[number]}`, Buffer | null> & {
    taken: number
    last_at: string
  }

/** As `TakenCell`, of unique values. */
export type TakenUniques = Record<(typeof uniqueColumns)[number]['name'], unknown> & {
  taken: number
  registers: Buffer
  old_registers: Buffer | null
}

/** The columns that `mergeEvents` is given, an array each, and their types. */
export const eventColumns = [
  { name: 'project_id', type: 'int' },
  { name: 'grain_seconds', type: 'int' },
  { name: 'bucket_at', type: 'timestamptz' },
  { name: 'dimensions_id', type: 'int' },
  ...sums.map((name) => ({
    name,
    type: name.endsWith('_usd') ? 'numeric' : name === 'duration_sum_ms' ? 'double precision' : 'bigint',
  })),
  { name: 'duration_max_ms', type: 'double precision' },
  ...histograms.map((name) => ({ name, type: 'bytea' })),
] as const

/** As `eventColumns`, of `mergeUniques`. */
export const uniqueColumns = [
  { name: 'project_id', type: 'int' },
  { name: 'grain_seconds', type: 'int' },
  { name: 'bucket_at', type: 'timestamptz' },
  { name: 'kind', type: 'text' },
  { name: 'event_type', type: 'text' },
  { name: 'service', type: 'text' },
  { name: 'registers', type: 'bytea' },
] as const

/**
 * Takes up to `$1` deltas and gives the cells that they add to, with the sketches those have: each delta's one
 * behind the other. Deltas of the same bucket are added up once, not once for each grain.
 */
export const takeEvents = `
  with taken as (
    delete from rollup_deltas where ctid = any(array(select ctid from rollup_deltas limit $1)) returning *
  ), finest as (
    select project_id, bucket_at, dimensions_id,
      ${sums.map((name) => `sum(${name}) as ${name}`).join(', ')}, max(duration_max_ms) as duration_max_ms,
      ${histograms.map((name) => `string_agg(${name}, '') as ${name}`).join(', ')}, max(last_at) as last_at
    from taken group by project_id, bucket_at, dimensions_id
  ), cells as (
    select project_id, grain_seconds, ${bucket} as bucket, dimensions_id,
      ${sums.map((name) => `sum(${name})::text as ${name}`).join(', ')}, max(duration_max_ms)::text as duration_max_ms,
      ${histograms.map((name) => `string_agg(${name}, '') as ${name}`).join(', ')},
      max(last_at)::text as last_at
    from finest cross join ${grains}
    group by project_id, grain_seconds, bucket, dimensions_id
  )
  select cells.*, cells.bucket::text as bucket_at, old.*, (select count(*)::int from taken) as taken
  from cells left join lateral (
    select ${histograms.map((name) => `${name} as old_${name}`).join(', ')} from rollup_cells
    where rollup_cells.project_id = cells.project_id and rollup_cells.grain_seconds = cells.grain_seconds
      and rollup_cells.bucket_at = cells.bucket and rollup_cells.dimensions_id = cells.dimensions_id
    offset 0
  ) as old on true`

/** As `takeEvents`, for the sketches of unique values. */
export const takeUniques = `
  with taken as (
    delete from unique_deltas where ctid = any(array(select ctid from unique_deltas limit $1)) returning *
  ), cells as (
    select project_id, grain_seconds, ${bucket} as bucket, kind, event_type, service,
      string_agg(registers, '') as registers
    from taken cross join ${grains}
    group by project_id, grain_seconds, bucket, kind, event_type, service
  )
  select cells.*, cells.bucket::text as bucket_at, old.*, (select count(*)::int from taken) as taken
  from cells left join lateral (
    select registers as old_registers from unique_cells
    where unique_cells.project_id = cells.project_id and unique_cells.grain_seconds = cells.grain_seconds
      and unique_cells.kind = cells.kind and unique_cells.bucket_at = cells.bucket
      and unique_cells.event_type = cells.event_type and unique_cells.service is not distinct from cells.service
    offset 0
  ) as old on true`

/** Adds to cells; sketches replace what is there, as they have it in them. */
export const mergeEvents = `
  insert into rollup_cells as cell (${eventColumns.map(({ name }) => name).join(', ')})
  select * from ${unnest(eventColumns)}
  on conflict on constraint rollup_cells_pkey do update set
    ${sums.map((name) => `${name} = coalesce(cell.${name} + excluded.${name}, cell.${name}, excluded.${name})`).join(', ')},
    duration_max_ms = greatest(cell.duration_max_ms, excluded.duration_max_ms),
    ${histograms.map((name) => `${name} = excluded.${name}`).join(', ')}`

export const mergeUniques = `
  insert into unique_cells as cell (${uniqueColumns.map(({ name }) => name).join(', ')})
  select * from ${unnest(uniqueColumns)}
  on conflict on constraint unique_cells_cell do update set registers = excluded.registers`

/** Moves forward when dimensions were last seen: of projects `$1`, dimensions `$2`, at `$3`. */
export const noteLast = `
  update rollup_dimensions set last_at = newest.last_at
  from (
    select project_id, id, max(last_at) as last_at
    from unnest($1::int[], $2::int[], $3::timestamptz[]) as seen (project_id, id, last_at) group by project_id, id
  ) as newest
  where rollup_dimensions.project_id = newest.project_id and rollup_dimensions.id = newest.id
    and (rollup_dimensions.last_at >= newest.last_at) is not true`

function unnest(columns: readonly { name: string; type: string }[]): string {
  return `unnest(${columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ')})`
}
