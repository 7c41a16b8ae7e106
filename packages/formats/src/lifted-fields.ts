import { isIP } from 'node:net'
import { categories, type CanonicalEvent } from '@weir/events'

type Value = string | number | boolean
/** Gives the value as its column holds it, `undefined` when the column could not. */
export type Read = (value: unknown) => Value | undefined

export interface LiftedField {
  column: Exclude<keyof CanonicalEvent, 'project_id' | 'id' | 'payload'>
  read: Read
}

const maxInt = 2_147_483_647
/** Bounded so that a day's sum of any of it fits the rollups' bigint: what no sum can hold stops every fold. */
const maxTransferBytes = 1e12
const decimal = /^\d{1,12}(?:\.\d{1,18})?$/

const text =
  (maxLength: number): Read =>
  (value) =>
    typeof value === 'string' && value !== '' && value.length <= maxLength ? value : undefined

/** Text that a rollup keeps apart: bounded in bytes, because together they are the key of an index. */
export const dimension =
  (maxBytes: number): Read =>
  (value) => {
    const known = text(maxBytes)(value)
    return typeof known === 'string' && Buffer.byteLength(known) <= maxBytes ? known : undefined
  }

export const identifier: Read = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : text(256)(value)

const whole =
  (max: number): Read =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max ? value : undefined

const milliseconds: Read = (value) =>
  typeof value === 'number' && value >= 0 && value <= 1e12 ? value : undefined

const seconds: Read = (value) => milliseconds(typeof value === 'number' ? value * 1_000 : value)

const statusCode: Read = (value) => {
  const code = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value
  return typeof code === 'number' && Number.isInteger(code) && code >= 100 && code <= 999 ? code : undefined
}

const money: Read = (value) => {
  if (typeof value === 'number') return value >= 0 && value < 1e12 ? String(value) : undefined
  return typeof value === 'string' && decimal.test(value) ? value : undefined
}

const flag: Read = (value) => (typeof value === 'boolean' ? value : undefined)
const address: Read = (value) => (typeof value === 'string' && isIP(value) !== 0 ? value : undefined)
const method: Read = (value) =>
  typeof value === 'string' && /^[A-Za-z]{1,16}$/.test(value) ? value.toUpperCase() : undefined
const category: Read = (value) => categories.find((known) => known === value)
const hexId =
  (length: number): Read =>
  (value) =>
    typeof value === 'string' && value.length === length && /^[0-9a-f]+$/i.test(value)
      ? value.toLowerCase()
      : undefined
const traceId: Read = (value) => hexId(32)(value) ?? text(128)(value)
const path: Read = (value) => {
  const known = text(2_048)(value)
  return typeof known === 'string' ? known.split('?', 1)[0] : undefined
}

const field = (column: LiftedField['column'], read: Read): LiftedField => ({ column, read })

/**
 * The names under which senders say what has a column, at the top level of an event or in its payload. A value
 * that its column cannot hold stays in the payload as it was sent. Units are in `CanonicalEvent`.
 */
export const liftedFields: ReadonlyMap<string, LiftedField> = new Map(
  Object.entries({
    user_id: field('user_id', identifier),
    service: field('service', dimension(150)),
    component: field('component', text(200)),
    category: field('category', category),
    action: field('action', text(100)),
    message: field('message', text(8_192)),
    method: field('method', method),
    host: field('host', text(255)),
    hostname: field('host', text(255)),
    path: field('path', path),
    endpoint: field('path', path),
    route: field('route', dimension(300)),
    status_code: field('status_code', statusCode),
    status: field('status_code', statusCode),
    response_code: field('status_code', statusCode),
    duration_ms: field('duration_ms', milliseconds),
    latency_ms: field('duration_ms', milliseconds),
    response_time_ms: field('duration_ms', milliseconds),
    response_time: field('duration_ms', seconds),
    upstream_ms: field('upstream_ms', milliseconds),
    ttft_ms: field('ttft_ms', milliseconds),
    client_ip: field('client_ip', address),
    ip: field('client_ip', address),
    user_agent: field('user_agent', text(1_024)),
    country: field('country', text(64)),
    request_id: field('request_id', identifier),
    trace_id: field('trace_id', traceId),
    span_id: field('span_id', hexId(16)),
    bytes_in: field('bytes_in', whole(maxTransferBytes)),
    bytes_out: field('bytes_out', whole(maxTransferBytes)),
    bytes_sent: field('bytes_out', whole(maxTransferBytes)),
    error_type: field('error_type', text(200)),
    error_message: field('error_message', text(8_192)),
    provider: field('llm_provider', dimension(80)),
    llm_provider: field('llm_provider', dimension(80)),
    model: field('llm_model', dimension(150)),
    llm_model: field('llm_model', dimension(150)),
    request_model: field('llm_request_model', text(200)),
    operation: field('llm_operation', dimension(80)),
    input_tokens: field('input_tokens', whole(maxInt)),
    prompt_tokens: field('input_tokens', whole(maxInt)),
    output_tokens: field('output_tokens', whole(maxInt)),
    completion_tokens: field('output_tokens', whole(maxInt)),
    cached_tokens: field('cached_tokens', whole(maxInt)),
    cache_write_tokens: field('cache_write_tokens', whole(maxInt)),
    reasoning_tokens: field('reasoning_tokens', whole(maxInt)),
    tokens_used: field('total_tokens', whole(maxInt)),
    total_tokens: field('total_tokens', whole(maxInt)),
    cost: field('cost_usd', money),
    cost_usd: field('cost_usd', money),
    total_cost: field('cost_usd', money),
    cache_hit: field('cache_hit', flag),
    finish_reason: field('finish_reason', text(100)),
    risk_score: field('risk_score', whole(100)),
  }),
)
