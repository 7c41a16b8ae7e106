import { isIP } from 'node:net'
import { categories, type CanonicalEvent } from '@weir/events'

type Value = string | number | boolean
/** Gives the value as its column holds it, `undefined` when the column could not. */
export type Read = (value: unknown) => Value | undefined

/** What a column holds: named, so that the flat reader, which reads bytes, can know it without calling `read`. */
export type Form =
  | 'text'
  | 'dimension'
  | 'identifier'
  | 'whole'
  | 'milliseconds'
  | 'seconds'
  | 'status'
  | 'money'
  | 'flag'
  | 'address'
  | 'method'
  | 'category'
  | 'hex'
  | 'trace'
  | 'path'

interface Reader {
  form: Form
  /** Most characters, bytes or units, where the form has such a limit; the length of a hex id. */
  max: number
  read: Read
}

export interface LiftedField extends Reader {
  column: Exclude<keyof CanonicalEvent, 'project_id' | 'id' | 'payload'>
}

const maxInt = 2_147_483_647
/** Bounded so that a day's sum of any of it fits the rollups' bigint: what no sum can hold stops every fold. */
const maxTransferBytes = 1e12
const maxMilliseconds = 1e12
const endOfMoney = 1e12
const maxPathLength = 2_048
const decimal = /^\d{1,12}(?:\.\d{1,18})?$/

const readText =
  (maxLength: number): Read =>
  (value) =>
    typeof value === 'string' && value !== '' && value.length <= maxLength ? value : undefined

/** Text that a rollup keeps apart: bounded in bytes, because together they are the key of an index. */
export const readDimension =
  (maxBytes: number): Read =>
  (value) => {
    const known = readText(maxBytes)(value)
    return typeof known === 'string' && Buffer.byteLength(known) <= maxBytes ? known : undefined
  }

/** Most characters of an id. */
export const maxIdentifierLength = 256
export const identifier: Read = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value)
    ? String(value)
    : readText(maxIdentifierLength)(value)

const readWhole =
  (max: number): Read =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max ? value : undefined

const milliseconds: Read = (value) =>
  typeof value === 'number' && value >= 0 && value <= maxMilliseconds ? value : undefined

const seconds: Read = (value) => milliseconds(typeof value === 'number' ? value * 1_000 : value)

const statusCode: Read = (value) => {
  const code = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value
  return typeof code === 'number' && Number.isInteger(code) && code >= 100 && code <= 999 ? code : undefined
}

const money: Read = (value) => {
  if (typeof value === 'number') return value >= 0 && value < endOfMoney ? String(value) : undefined
  return typeof value === 'string' && decimal.test(value) ? value : undefined
}

const flag: Read = (value) => (typeof value === 'boolean' ? value : undefined)
const address: Read = (value) => (typeof value === 'string' && isIP(value) !== 0 ? value : undefined)
const method: Read = (value) =>
  typeof value === 'string' && /^[A-Za-z]{1,16}$/.test(value) ? value.toUpperCase() : undefined
const category: Read = (value) => categories.find((known) => known === value)
const readHex =
  (length: number): Read =>
  (value) =>
    typeof value === 'string' && value.length === length && /^[0-9a-f]+$/i.test(value)
      ? value.toLowerCase()
      : undefined
const readPath: Read = (value) => {
  const known = readText(maxPathLength)(value)
  return typeof known === 'string' ? known.split('?', 1)[0] : undefined
}

const plain = (form: Form, read: Read): Reader => ({ form, max: 0, read })
const text = (max: number): Reader => ({ form: 'text', max, read: readText(max) })
const dimension = (max: number): Reader => ({ form: 'dimension', max, read: readDimension(max) })
const whole = (max: number): Reader => ({ form: 'whole', max, read: readWhole(max) })
const id: Reader = { form: 'identifier', max: maxIdentifierLength, read: identifier }
const duration: Reader = { form: 'milliseconds', max: maxMilliseconds, read: milliseconds }
const status = plain('status', statusCode)
const cost: Reader = { form: 'money', max: endOfMoney, read: money }
const ip = plain('address', address)
const spanId: Reader = { form: 'hex', max: 16, read: readHex(16) }
const traceId: Reader = {
  form: 'trace',
  max: 128,
  read: (value) => readHex(32)(value) ?? readText(128)(value),
}
const path: Reader = { form: 'path', max: maxPathLength, read: readPath }

const field = (column: LiftedField['column'], reader: Reader): LiftedField => ({ column, ...reader })

/**
 * The names under which senders say what has a column, at the top level of an event or in its payload. A value
 * that its column cannot hold stays in the payload as it was sent. Units are in `CanonicalEvent`.
 */
export const liftedFields: ReadonlyMap<string, LiftedField> = new Map(
  Object.entries({
    user_id: field('user_id', id),
    api_key_id: field('api_key_id', id),
    service: field('service', dimension(150)),
    component: field('component', text(200)),
    category: field('category', plain('category', category)),
    action: field('action', text(100)),
    message: field('message', text(8_192)),
    method: field('method', plain('method', method)),
    host: field('host', text(255)),
    hostname: field('host', text(255)),
    path: field('path', path),
    endpoint: field('path', path),
    route: field('route', dimension(300)),
    status_code: field('status_code', status),
    status: field('status_code', status),
    response_code: field('status_code', status),
    duration_ms: field('duration_ms', duration),
    latency_ms: field('duration_ms', duration),
    response_time_ms: field('duration_ms', duration),
    response_time: field('duration_ms', plain('seconds', seconds)),
    upstream_ms: field('upstream_ms', duration),
    ttft_ms: field('ttft_ms', duration),
    client_ip: field('client_ip', ip),
    ip: field('client_ip', ip),
    user_agent: field('user_agent', text(1_024)),
    country: field('country', text(64)),
    request_id: field('request_id', id),
    trace_id: field('trace_id', traceId),
    span_id: field('span_id', spanId),
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
    cost: field('cost_usd', cost),
    cost_usd: field('cost_usd', cost),
    total_cost: field('cost_usd', cost),
    cache_hit: field('cache_hit', plain('flag', flag)),
    finish_reason: field('finish_reason', text(100)),
    risk_score: field('risk_score', whole(100)),
  }),
)

export const liftedFieldNames: readonly string[] = [...liftedFields.keys()]
