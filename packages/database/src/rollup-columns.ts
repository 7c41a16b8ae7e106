/** The columns of `deltaRows`. */
export const deltaColumns = [
  'bucket_at',
  'last_at',
  'project_id',
  'dimensions_id',
  'events',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'total_tokens',
  'bytes_in',
  'bytes_out',
  'priced',
  'cost_usd',
  'duration_count',
  'duration_sum_ms',
  'duration_max_ms',
  'duration_histogram',
  'ttft_histogram',
  'cache_hits',
  'impossible_ttft',
  'unpriced',
  'unpriced_tokens',
  'cache_saved_usd',
  'speed_histogram',
] as const

/** The columns of `uniqueDeltaRows`. */
export const uniqueDeltaColumns = [
  'bucket_at',
  'project_id',
  'kind',
  'event_type',
  'service',
  'registers',
] as const
