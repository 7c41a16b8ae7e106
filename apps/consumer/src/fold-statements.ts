import { grainsSeconds } from '@weir/database'
import { rollupDimensions } from '@weir/events'

const dimensions = rollupDimensions.join(', ')
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
]
const sketches = ['duration_histogram', 'ttft_histogram']
const bucket = `to_timestamp(floor(extract(epoch from bucket_at) / grain_seconds) * grain_seconds)`
const grains = `unnest(array[${grainsSeconds.join(', ')}]) as grain_seconds`

/** Takes up to `$1` deltas and adds them to their cells; gives each touched cell with its sketches. */
export const foldEvents = `
  with taken as (
    delete from rollup_deltas
    where id in (select id from rollup_deltas order by id limit $1)
    returning *
  ), merged as (
    insert into rollup_cells as cell (
      project_id, grain_seconds, bucket_at, ${dimensions}, ${sums.join(', ')}, duration_max_ms, ${sketches.join(', ')}
    )
    select project_id, grain_seconds, ${bucket} as bucket, ${dimensions},
      ${sums.map((column) => `sum(${column})`).join(', ')}, max(duration_max_ms),
      ${sketches.map((column) => `string_agg(${column}, '')`).join(', ')}
    from taken cross join ${grains}
    group by project_id, grain_seconds, bucket, ${dimensions}
    on conflict on constraint rollup_cells_cell do update set
      ${sums.map((column) => `${column} = cell.${column} + excluded.${column}`).join(', ')},
      duration_max_ms = greatest(cell.duration_max_ms, excluded.duration_max_ms),
      ${sketches.map((column) => `${column} = cell.${column} || excluded.${column}`).join(', ')}
    returning id, duration_histogram as first, ttft_histogram as second
  )
  select merged.*, (select count(*)::int from taken) as taken from merged`

/** As `foldEvents`, for the sketches of unique values. */
export const foldUniques = `
  with taken as (
    delete from unique_deltas
    where id in (select id from unique_deltas order by id limit $1)
    returning *
  ), merged as (
    insert into unique_cells as cell (project_id, grain_seconds, bucket_at, kind, event_type, service, registers)
    select project_id, grain_seconds, ${bucket} as bucket, kind, event_type, service, string_agg(registers, '')
    from taken cross join ${grains}
    group by project_id, grain_seconds, bucket, kind, event_type, service
    on conflict on constraint unique_cells_cell do update set registers = cell.registers || excluded.registers
    returning id, registers as first, null::bytea as second
  )
  select merged.*, (select count(*)::int from taken) as taken from merged`
